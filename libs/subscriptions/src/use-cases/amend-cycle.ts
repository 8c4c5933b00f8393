// AmendCycle: from a day on, the periods of a contract begin on another day of the month or are of another length.
import { Injectable } from '@nestjs/common';
import { anchorOn as checkedAnchor, ContractId, dayOfMonth, LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { refuseContradictions } from '../domain/component-terms';
import { contractStretches } from '../domain/contract-timeline';
import { componentsOf } from '../persistence/contract.queries';
import { Amendments, ContractAct } from './amendments';
import { refuseBadCycle } from './draft-contract';

export interface AmendCycleInput extends ContractAct {
  readonly effectiveOn: LocalDate;
  readonly cycleMonths: number;
  /** The day of the month on which periods begin; that of `anchorOn` unless said otherwise. */
  readonly anchorDay?: number;
  /** A day in a month in which a period begins; `effectiveOn` unless said otherwise. */
  readonly anchorOn?: LocalDate;
}

@Injectable()
export class AmendCycle {
  constructor(private readonly amendments: Amendments) {}

  /**
   * The periods on either side of the day are whole ones of their own cycle and are cut at it, so no stub has a rule of its own.
   * @throws DomainError ANCHOR_INVALID, FEE_INTERVAL_UNDIVIDED, and as {@link Amendments.amend}
   */
  async execute({ effectiveOn, cycleMonths, anchorOn = effectiveOn, anchorDay = dayOfMonth(anchorOn), ...act }: AmendCycleInput, actor: Actor): Promise<ContractId> {
    checkedAnchor(anchorOn, cycleMonths, anchorDay);
    refuseBadCycle(cycleMonths);
    const change = { kind: 'cycle', effectiveOn, anchorDay, anchorOn, cycleMonths } as const;
    return this.amendments.amend('amend-cycle', act, actor, async (contract, tx) => {
      const states = contractStretches([...contract.changes, { ...change, seq: contract.changes.length + 1 }]);
      refuseContradictions(await componentsOf(tx, contract.id), states);
      return { changes: [change], said: { effectiveOn, cycleMonths, anchorDay, anchorOn } };
    });
  }
}
