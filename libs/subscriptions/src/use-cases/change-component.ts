// ChangeComponent: from a day on, a component has other terms. The next step of a ramp, a new price, a mistake mended.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { AgreedComponent, refuseBadTerms, refuseContradictions, refuseNeverOwed } from '../domain/component-terms';
import { ComponentKind, ComponentTerms, FeeChange } from '../domain/fee-terms';
import { componentsOf } from '../persistence/contract.queries';
import { FeeComponentId } from '../persistence/rating.queries';
import { appendFeeChanges } from '../persistence/timeline.queries';
import { Amendments, ContractAct } from './amendments';

export interface ChangeComponentInput extends ContractAct {
  readonly componentId: FeeComponentId;
  readonly effectiveOn: LocalDate;
  /** Of the component's own kind, which stays. */
  readonly kind: ComponentKind;
  /** All of them, not only what is different. */
  readonly terms: ComponentTerms;
}

@Injectable()
export class ChangeComponent {
  constructor(private readonly amendments: Amendments) {}

  /**
   * Terms of later days that are on record stay. Gives the component's id.
   * @throws DomainError COMPONENT_NOT_FOUND, COMPONENT_KIND_DIFFERS, and as {@link Amendments.amend}, refuseBadTerms, refuseNeverOwed and refuseContradictions say
   */
  async execute({ componentId, effectiveOn, kind, terms, ...act }: ChangeComponentInput, actor: Actor): Promise<FeeComponentId> {
    await this.amendments.amend('change-component', act, actor, async (contract, tx, origin) => {
      const components = await componentsOf(tx, contract.id);
      const component = componentIn(components, componentId);
      if (component.kind !== kind) {
        throw new DomainError('COMPONENT_KIND_DIFFERS', `${component.name} is a ${component.kind}, and stays one.`, { field: 'kind', value: kind, remedy: 'End it and add another.' });
      }
      refuseBadTerms(kind, component.timing, terms);
      refuseNeverOwed(kind, effectiveOn, contract.states, 'effectiveOn');
      const change = { kind: 'terms', effectiveOn, terms } as const;
      refuseContradictions(components.map((one) => (one === component ? withChange(one, change) : one)), contract.states);
      await appendFeeChanges(tx, [{ componentId, change }], origin);
      return { from: effectiveOn, said: { componentId, effectiveOn, terms } };
    });
    return componentId;
  }
}

/** @throws DomainError COMPONENT_NOT_FOUND */
export function componentIn(components: readonly AgreedComponent[], id: FeeComponentId): AgreedComponent {
  const component = components.find((one) => one.id === id);
  if (component !== undefined) return component;
  throw new DomainError('COMPONENT_NOT_FOUND', 'The contract has no such component.', { field: 'componentId', value: id, remedy: 'Correct the id.' });
}

function withChange(component: AgreedComponent, change: Omit<FeeChange & { kind: 'terms' }, 'seq'>): AgreedComponent {
  return { ...component, changes: [...component.changes, { ...change, seq: component.changes.length + 1 }] };
}
