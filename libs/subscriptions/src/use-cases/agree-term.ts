// AgreeTerm: the running term of a contract ends on another day, or stays open.
import { Injectable } from '@nestjs/common';
import { ContractId, LocalDate, maxDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { endOn, termEnd } from '../domain/contract-days';
import { ContractChange } from '../domain/contract-timeline';
import { HeldContract } from '../persistence/contract.queries';
import { Unrecorded } from '../persistence/timeline.queries';
import { Amendments, ContractAct, contractLives } from './amendments';
import { refuseShortTerm } from './draft-contract';

export interface AgreeTermInput extends ContractAct {
  /** The first day after the term; null leaves it open. */
  readonly termEndsOn: LocalDate | null;
}

@Injectable()
export class AgreeTerm {
  constructor(private readonly amendments: Amendments) {}

  /** @throws DomainError TERM_ENDS_BEFORE_IT_STARTS, and as {@link Amendments.amend} */
  async execute({ termEndsOn, ...act }: AgreeTermInput, actor: Actor): Promise<ContractId> {
    return this.amendments.amend('agree-term', act, actor, (contract) => {
      // A change while the term runs says when it ends; one after its end would begin another.
      const effectiveOn = maxDate(contract.today, contract.states[0]?.start ?? contract.today);
      refuseShortTerm(effectiveOn, termEndsOn);
      return { changes: [{ kind: 'term', effectiveOn, termEndsOn }, ...lifeBy(contract, termEndsOn)], said: { termEndsOn } };
    });
  }
}

/** An end that the old term had brought moves with it; one that was agreed for itself stays. */
function lifeBy(contract: HeldContract, termEndsOn: LocalDate | null): Unrecorded<ContractChange>[] {
  const lives = contractLives(contract);
  const last = lives.at(-1);
  if (last === undefined || (last.end !== null && last.end !== termEnd(contract.states))) return [];
  return endOn(contract.changes, contract.policies.autoRenew ? null : termEndsOn);
}
