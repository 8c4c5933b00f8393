// AddComponent: agrees a fee, a discount, a cap or a commitment, with one set of terms or with steps by date.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate, minDate } from '@countinghouse/kernel';
import { Actor, Idempotency, newId, Tx } from '@countinghouse/platform';
import { Timing } from '../domain/billing-cycle';
import { refuseBadName } from '../domain/catalogue';
import { AgreedComponent, refuseBadTerms, refuseContradictions, refuseNeverOwed } from '../domain/component-terms';
import { ComponentKind, ComponentTerms, FeeChange } from '../domain/fee-terms';
import { componentsOf } from '../persistence/contract.queries';
import { FeeComponentId } from '../persistence/rating.queries';
import { appendFeeChanges } from '../persistence/timeline.queries';
import { Amendments, ContractAct } from './amendments';

/** Terms from a day on. */
export interface TermsStep {
  readonly effectiveOn: LocalDate;
  readonly terms: ComponentTerms;
}

export interface AddComponentInput extends ContractAct {
  readonly kind: ComponentKind;
  /** As it is called on documents. */
  readonly name: string;
  readonly timing: Timing;
  /** The one fee that a discount or cap reduces; all of the contract's unless said otherwise. */
  readonly targetId?: FeeComponentId;
  /** At least one; several are a ramp. */
  readonly steps: readonly TermsStep[];
  /** The first day without it. */
  readonly endsOn?: LocalDate;
  /** The same key and input add it once. */
  readonly idempotencyKey: string;
}

const MAX_STEPS = 120;

@Injectable()
export class AddComponent {
  constructor(
    private readonly amendments: Amendments,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * It is billed by the cycle of its contract, so what is added in the middle of a period ends with it like all the others. Gives its id.
   * @throws DomainError COMPONENT_NAME_MISSING, COMPONENT_WITHOUT_TERMS, TERMS_OVERLAP, COMPONENT_ENDS_BEFORE_IT_STARTS, COMPONENT_TARGET_INVALID,
   * IDEMPOTENCY_KEY_REUSED, and as {@link Amendments.amend}, refuseBadTerms, refuseNeverOwed and refuseContradictions say
   */
  async execute(input: AddComponentInput, actor: Actor): Promise<FeeComponentId> {
    refuseBadName('component', input.name);
    refuseBadSteps(input);
    for (const { terms } of input.steps) refuseBadTerms(input.kind, input.timing, terms);
    let added: FeeComponentId | undefined;
    await this.amendments.amend('add-component', input, actor, async (contract, tx, origin) => {
      const { idempotencyKey: key, ...asked } = input;
      const fresh = newId<FeeComponentId>();
      added = await this.idempotency.once(tx, { operation: 'subscriptions.add-component', key, input: asked }, async () => {
        const components = await componentsOf(tx, contract.id);
        refuseBadTarget(input, components);
        for (const { effectiveOn } of input.steps) refuseNeverOwed(input.kind, effectiveOn, contract.states, 'steps');
        refuseContradictions([...components, componentOf(fresh, input)], contract.states);
        await insertComponent(tx, fresh, input);
        await appendFeeChanges(tx, changesOf(input).map((change) => ({ componentId: fresh, change })), origin);
        return fresh;
      });
      if (added !== fresh) return { said: null };
      const { kind, name, steps } = input;
      return { from: steps.map(({ effectiveOn }) => effectiveOn).reduce(minDate), said: { componentId: added, kind, name, steps } };
    });
    return added!;
  }
}

function changesOf({ steps, endsOn }: AddComponentInput): FeeChange[] {
  const terms = steps.map(({ effectiveOn, terms: agreed }, index): FeeChange => ({ seq: index + 1, kind: 'terms', effectiveOn, terms: agreed }));
  return endsOn === undefined ? terms : [...terms, { seq: terms.length + 1, kind: 'end', effectiveOn: endsOn }];
}

function componentOf(id: FeeComponentId, input: AddComponentInput): AgreedComponent {
  return { id, kind: input.kind, name: input.name, timing: input.timing, targetId: input.targetId ?? null, changes: changesOf(input) };
}

async function insertComponent(tx: Tx, id: FeeComponentId, { contractId, kind, name, timing, targetId }: AddComponentInput): Promise<void> {
  await tx.execute('INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing, target_id) VALUES ($1, $2, $3, $4, $5, $6)', [
    id, contractId, kind, name.trim(), timing, targetId ?? null,
  ]);
}

function refuseBadSteps({ steps, endsOn, kind }: AddComponentInput): void {
  if (steps.length === 0 || steps.length > (kind === 'one-off' ? 1 : MAX_STEPS)) {
    const remedy = kind === 'one-off' ? 'Give the day on which it is charged, once.' : `Give 1 to ${MAX_STEPS} steps.`;
    throw new DomainError('COMPONENT_WITHOUT_TERMS', 'A component has terms from a day on.', { field: 'steps', value: String(steps.length), remedy });
  }
  const days = steps.map(({ effectiveOn }) => effectiveOn);
  const twice = days.find((day, index) => days.indexOf(day) !== index);
  if (twice !== undefined) {
    throw new DomainError('TERMS_OVERLAP', `Two sets of terms begin on ${twice}.`, { field: 'steps', value: twice, remedy: 'Give each step a day of its own.' });
  }
  const last = [...days].sort().at(-1)!;
  if (endsOn === undefined || endsOn > last) return;
  const reason = `The component ends on ${endsOn}, but has terms from ${last}.`;
  throw new DomainError('COMPONENT_ENDS_BEFORE_IT_STARTS', reason, { field: 'endsOn', value: endsOn, remedy: 'Give a later day, or leave out the steps that come after it.' });
}

function refuseBadTarget({ kind, targetId }: AddComponentInput, components: readonly AgreedComponent[]): void {
  if (targetId === undefined) return;
  const target = components.find(({ id }) => id === targetId);
  const reduces = kind === 'percent-discount' || kind === 'amount-discount' || kind === 'cap';
  if (reduces && (target?.kind === 'access-fee' || target?.kind === 'one-off')) return;
  const reason = reduces ? 'What is reduced must be a fee of the same contract.' : `A ${kind} is not for another component.`;
  throw new DomainError('COMPONENT_TARGET_INVALID', reason, { field: 'targetId', value: targetId, remedy: reduces ? 'Give a fee of the contract, or none for all of them.' : 'Leave it out.' });
}
