// The timeline of a fee component: the terms agreed for it, and the days on which each is in force.
import { DateRange, DomainError, LocalDate, maxDate, minDate } from '@countinghouse/kernel';
import { Timing } from './billing-cycle';
import { ComponentKind, FeeChange, TermsOfKind } from './fee-terms';
import { FOREVER, RatedContract } from './rated-contract';
import { stateStretches } from './timeline';

/** Changes of a component whose terms are of its kind. */
export type FeeChangeOf<Kind extends ComponentKind> = Extract<FeeChange, { kind: 'end' }> | (Extract<FeeChange, { kind: 'terms' }> & { readonly terms: TermsOfKind[Kind] });

/** A component of a contract's fees with its timeline. A ramp is terms that follow one another. */
export interface FeeComponent<Kind extends ComponentKind = ComponentKind> {
  readonly id: string;
  readonly kind: Kind;
  readonly name: string;
  readonly timing: Timing;
  /** Of a discount, cap or commitment: the one fee it is about; null: all fees of the contract. */
  readonly targetId: string | null;
  readonly changes: readonly FeeChangeOf<Kind>[];
}

/** Days on which the component is in force under one set of terms, and its contract owes. */
export interface TermsStretch<Terms> extends DateRange {
  readonly terms: Terms;
  /** The day from which the terms are in force, which may lie before the stretch. */
  readonly since: LocalDate;
  readonly decidedBy: readonly number[];
}

/** What is agreed on each day, in order; whether the contract owes on it or not. */
export function agreedStretches<Kind extends ComponentKind>(changes: readonly FeeChangeOf<Kind>[]): TermsStretch<TermsOfKind[Kind]>[] {
  const before: { readonly change: FeeChangeOf<Kind> | null } = { change: null };
  const states = stateStretches(before, changes.map((change) => ({ seq: change.seq, effectiveOn: change.effectiveOn, sets: { change } })));
  return states.flatMap(({ start, end, state: { change }, decidedBy }) =>
    change?.kind === 'terms' ? [{ start, end: end ?? FOREVER, terms: change.terms, since: start, decidedBy }] : [],
  );
}

/** The agreed days on which the contract owes, in order. Terms for so many periods end with the last of these. */
export function owingStretches<Kind extends ComponentKind>(contract: RatedContract, changes: readonly FeeChangeOf<Kind>[]): TermsStretch<TermsOfKind[Kind]>[] {
  const stretches: TermsStretch<TermsOfKind[Kind]>[] = [];
  if (contract.owing.length === 0) return stretches;
  for (const agreed of agreedStretches(changes)) {
    const end = minDate(agreed.end, lastDayOf(contract, agreed));
    for (const owing of contract.owing) {
      const days = { start: maxDate(agreed.start, owing.start), end: minDate(end, owing.end) };
      if (days.start < days.end) stretches.push({ ...agreed, ...days });
    }
  }
  return stretches;
}

function lastDayOf(contract: RatedContract, { terms, since }: TermsStretch<object>): LocalDate {
  if (!('periods' in terms) || typeof terms.periods !== 'number') return FOREVER;
  return contract.cycle.periodAfter(maxDate(since, contract.startsOn), terms.periods - 1).end;
}

/**
 * How many price intervals a period of so many months has.
 * @throws DomainError PRICE_INTERVAL_DOES_NOT_DIVIDE
 */
export function intervalsOf(intervalMonths: number, months: number, component: string): number {
  if (months % intervalMonths === 0) return months / intervalMonths;
  throw new DomainError('PRICE_INTERVAL_DOES_NOT_DIVIDE', `${component} has a price for ${intervalMonths} months, of which a period of ${months} has no whole number.`, {
    field: 'intervalMonths',
    value: String(intervalMonths),
    remedy: `Agree a price for 1 month or for another number of months that divides ${months}.`,
  });
}

export function isOfKind<Kind extends ComponentKind>(component: FeeComponent, ...kinds: readonly Kind[]): component is FeeComponent<Kind> {
  return (kinds as readonly ComponentKind[]).includes(component.kind);
}

