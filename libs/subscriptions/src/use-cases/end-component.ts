// EndComponent: from a day on, a component owes nothing more; on its own first day it is withdrawn.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate, minDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { componentsOf } from '../persistence/contract.queries';
import { FeeComponentId } from '../persistence/rating.queries';
import { appendFeeChanges } from '../persistence/timeline.queries';
import { Amendments, ContractAct } from './amendments';
import { componentIn } from './change-component';

export interface EndComponentInput extends ContractAct {
  readonly componentId: FeeComponentId;
  /** The first day without it. */
  readonly on: LocalDate;
}

@Injectable()
export class EndComponent {
  constructor(private readonly amendments: Amendments) {}

  /**
   * Steps that would begin later are withdrawn with it. Gives the component's id.
   * @throws DomainError COMPONENT_NOT_FOUND, COMPONENT_ENDS_BEFORE_IT_STARTS, and as {@link Amendments.amend}
   */
  async execute({ componentId, on, ...act }: EndComponentInput, actor: Actor): Promise<FeeComponentId> {
    await this.amendments.amend('end-component', act, actor, async (contract, tx, origin) => {
      const component = componentIn(await componentsOf(tx, contract.id), componentId);
      const steps = component.changes.filter(({ kind }) => kind === 'terms').map(({ effectiveOn }) => effectiveOn);
      const first = steps.reduce(minDate);
      if (on < first) {
        const reason = `${component.name} starts on ${first} and cannot end on ${on}.`;
        throw new DomainError('COMPONENT_ENDS_BEFORE_IT_STARTS', reason, { field: 'on', value: on, remedy: 'Give a later day, or its first one to withdraw it.' });
      }
      const later = [...new Set(steps.filter((day) => day > on))];
      await appendFeeChanges(tx, [on, ...later].map((effectiveOn) => ({ componentId, change: { kind: 'end', effectiveOn } })), origin);
      return { from: on, said: { componentId, on } };
    });
    return componentId;
  }
}
