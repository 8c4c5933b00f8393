// What the terms of components must keep: each by its kind, and all of a contract together.
import { compareDecimal, decimal, DomainError, Id, LocalDate } from '@countinghouse/kernel';
import { Timing } from './billing-cycle';
import { ContractState, contractOwes } from './contract-timeline';
import { AccessFeeTerms, AnyTerms, ComponentKind, ComponentTerms, FeeChange, Tier } from './fee-terms';
import { StateStretch, stateOn } from './timeline';

type ComponentId = Id<'FeeComponent'>;

export interface AgreedComponent {
  readonly id: ComponentId;
  readonly kind: ComponentKind;
  readonly name: string;
  readonly timing: Timing;
  /** The one component that it reduces; null is all fees of the contract. */
  readonly targetId: ComponentId | null;
  readonly changes: readonly FeeChange[];
}

const MAX_TIERS = 50;
const MAX_PERIODS = 1200;
const MAX_AMOUNT_MINOR = 10n ** 15n;

/**
 * Refuses terms that contradict their kind.
 * @throws DomainError AMOUNT_NEGATIVE, AMOUNT_TOO_LARGE, TIERS_INVALID, PACKAGE_SIZE_INVALID, MEASURE_NEEDS_ARREARS, FLAT_FEE_MEASURES_NOBODY,
 * ON_DECREASE_NEEDS_DAILY, QUANTITY_INVALID, PERCENTAGE_INVALID, PERIODS_INVALID, COMPONENT_TIMING_INVALID
 */
export function refuseBadTerms(kind: ComponentKind, timing: Timing, terms: ComponentTerms): void {
  refuseBadTiming(kind, timing);
  const { unitPriceMinor, amountMinor, percent, periods, quantity, packageSize, tiers }: AnyTerms = terms;
  for (const [field, minor] of [['unitPrice', unitPriceMinor], ['amount', amountMinor]] as const) {
    if (minor !== undefined) refuseBadAmount(field, minor);
  }
  if (tiers !== undefined) refuseBadTiers(tiers);
  if (packageSize !== undefined) refuseOutside('PACKAGE_SIZE_INVALID', 'packageSize', packageSize, 1_000_000);
  if (quantity !== undefined) refuseOutside('QUANTITY_INVALID', 'quantity', quantity, 1_000_000);
  if (periods != null) refuseOutside('PERIODS_INVALID', 'periods', periods, MAX_PERIODS);
  if (percent !== undefined) refuseBadPercent(percent);
  if (kind === 'access-fee') refuseBadMeasure(timing, terms as AccessFeeTerms);
}

function refuseBadTiming(kind: ComponentKind, timing: Timing): void {
  const only: Timing | undefined = kind === 'commitment' ? 'arrears' : kind === 'one-off' ? 'advance' : undefined;
  if (only === undefined || only === timing) return;
  throw refusal('COMPONENT_TIMING_INVALID', 'timing', timing, `A ${kind} is billed in ${only} only.`, `Give the timing ${only}.`);
}

function refuseBadMeasure(timing: Timing, { measure, priceModel, onDecrease }: AccessFeeTerms): void {
  if (timing === 'advance' && measure !== 'daily' && measure !== 'periodStart') {
    const reason = `The ${measure} of a period is known only when it has ended, so it cannot be billed in advance.`;
    throw refusal('MEASURE_NEEDS_ARREARS', 'measure', measure, reason, 'Bill in arrears, or measure daily or at the period’s start.');
  }
  if (priceModel === 'flat' && (measure !== 'daily' || onDecrease !== 'credit')) {
    throw refusal('FLAT_FEE_MEASURES_NOBODY', 'measure', measure, 'A flat fee is the same whatever the headcount.', 'Give the measure daily and credit on decrease.');
  }
  if (onDecrease === 'none' && measure !== 'daily') {
    const reason = `A fee by ${measure} has one quantity a period, which does not decrease within it.`;
    throw refusal('ON_DECREASE_NEEDS_DAILY', 'onDecrease', onDecrease, reason, 'Measure daily, or give credit on decrease.');
  }
}

function refuseBadTiers(tiers: readonly Tier[]): void {
  const invalid = (reason: string) =>
    refusal('TIERS_INVALID', 'tiers', String(tiers.length), reason, `Give 1 to ${MAX_TIERS} tiers whose ends ascend, the last one without an end.`);
  if (tiers.length < 1 || tiers.length > MAX_TIERS) throw invalid(`There are ${tiers.length} tiers.`);
  for (const [index, { upTo, unitPriceMinor, flatMinor }] of tiers.entries()) {
    const isLast = index === tiers.length - 1;
    if (isLast !== (upTo === null)) throw invalid(isLast ? 'The last tier has an end, so that nothing is agreed beyond it.' : 'A tier before the last has no end.');
    if (upTo !== null && (!Number.isInteger(upTo) || upTo < 1 || upTo > 999_999_999)) throw invalid(`${upTo} is not an end of a tier.`);
    if (index > 0 && upTo !== null && upTo <= tiers[index - 1]!.upTo!) throw invalid(`A tier up to ${upTo} comes after one up to ${tiers[index - 1]!.upTo}.`);
    refuseBadAmount('tiers', unitPriceMinor);
    refuseBadAmount('tiers', flatMinor);
  }
}

function refuseBadAmount(field: string, minor: bigint): void {
  if (minor < 0n) throw refusal('AMOUNT_NEGATIVE', field, String(minor), 'An amount of a component is not below nothing.', 'Give 0 or more; what reduces is a discount.');
  if (minor >= MAX_AMOUNT_MINOR) throw refusal('AMOUNT_TOO_LARGE', field, String(minor), 'The amount is too large.', 'Correct it.');
}

function refuseBadPercent(text: string): void {
  const percent = decimal(text, 'percent');
  if (percent.scale <= 4 && percent.unscaled > 0n && compareDecimal(percent, decimal('100')) <= 0) return;
  throw refusal('PERCENTAGE_INVALID', 'percent', text, `${text} percent is no discount.`, 'Give more than 0 and at most 100, with at most four decimals.');
}

function refuseOutside(code: string, field: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw refusal(code, field, String(value), `${value} is not a whole number from 1 to ${max}.`, 'Correct it.');
}

/** Days on which one agreement of a component holds. */
interface TermsStretch {
  readonly component: AgreedComponent;
  readonly start: LocalDate;
  readonly end: LocalDate | null;
  readonly terms: AnyTerms;
}

/** Of changes for one day the last one recorded holds, as in every timeline. */
function termsStretches(component: AgreedComponent): TermsStretch[] {
  const ordered = [...component.changes].sort((a, b) => (a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : a.seq - b.seq));
  const days = ordered.filter((change, index) => ordered[index + 1]?.effectiveOn !== change.effectiveOn);
  return days.flatMap((change, index) =>
    change.kind === 'end' ? [] : [{ component, start: change.effectiveOn, end: days[index + 1]?.effectiveOn ?? null, terms: change.terms }],
  );
}

/**
 * Refuses components that do not go together with one another or with the cycle of their contract.
 * @throws DomainError FEE_INTERVAL_UNDIVIDED, ADJUSTMENT_TAX_DIFFERS
 */
export function refuseContradictions(components: readonly AgreedComponent[], states: readonly StateStretch<ContractState>[]): void {
  const stretches = components.flatMap(termsStretches);
  for (const fee of stretches) refuseUndividedCycle(fee, states);
  for (const adjustment of stretches) {
    const { kind, targetId } = adjustment.component;
    if (kind !== 'amount-discount' && kind !== 'cap') continue;
    const reduced = stretches.filter(
      (fee) => isFee(fee.component) && (targetId === null || fee.component.id === targetId) && share(fee, adjustment),
    );
    for (const fee of reduced) refuseOtherTax(adjustment, fee);
  }
}

/**
 * A one-off fee is owed on its one day or never, so a day on which the contract owes nothing would lose it in silence. Of a contract
 * that is only drafted, every day from its planned first one on may come to be owed.
 * @throws DomainError ONE_OFF_NEVER_OWED
 */
export function refuseNeverOwed(kind: ComponentKind, day: LocalDate, states: readonly StateStretch<ContractState>[], field: string): void {
  if (kind !== 'one-off') return;
  const isDraft = !states.some(({ state }) => state.inForce);
  const on = stateOn(states, day);
  if (on !== undefined && (isDraft || contractOwes(on))) return;
  const owing = daysInWords(states, (state) => isDraft || contractOwes(state));
  const remedy = owing === '' ? 'Resume the contract first.' : `Give a day on which it owes: ${owing}.`;
  throw refusal('ONE_OFF_NEVER_OWED', field, day, `On ${day} the contract owes nothing, so the fee would never be charged.`, remedy);
}

/** Changes that are to be recorded of a component. */
export interface ChangesOfComponent {
  readonly componentId: ComponentId;
  readonly changes: readonly (FeeChange extends infer Change ? (Change extends unknown ? Omit<Change, 'seq'> : never) : never)[];
}

/**
 * A one-off fee that was drafted for a day before the contract comes into force is owed on its first day instead: what was agreed
 * for once is not lost because the contract begins later than planned.
 * @param states the contract's once it is in force from the day on
 * @throws DomainError ONE_OFF_NEVER_OWED for one that is drafted for a day after the contract's last, or for two days before its first
 */
export function oneOffsFrom(firstDay: LocalDate, components: readonly AgreedComponent[], states: readonly StateStretch<ContractState>[]): ChangesOfComponent[] {
  return components.flatMap((component) => {
    if (component.kind !== 'one-off') return [];
    const begins = beginsOf(component);
    const early = begins.filter(({ start }) => start < firstDay);
    const lost = early.length > 1 ? early[0] : begins.find(({ start }) => start >= firstDay && !contractOwes(stateOn(states, start)!));
    if (lost !== undefined) {
      const reason = `On ${lost.start} the contract would owe nothing, so ${component.name} would never be charged.`;
      throw refusal('ONE_OFF_NEVER_OWED', 'on', firstDay, reason, `End ${component.name} and add it for a day on which the contract owes: ${daysInWords(states, contractOwes)}.`);
    }
    if (early[0] === undefined) return [];
    const withdrawn = [...new Set(component.changes.filter(({ kind, effectiveOn }) => kind === 'terms' && effectiveOn < firstDay).map(({ effectiveOn }) => effectiveOn))];
    const terms = early[0].terms as ComponentTerms;
    return [{ componentId: component.id, changes: [...withdrawn.map((effectiveOn) => ({ kind: 'end' as const, effectiveOn })), { kind: 'terms' as const, effectiveOn: firstDay, terms }] }];
  });
}

/** Where a component begins, or begins anew after an end: the days on which a one-off fee is owed. */
function beginsOf(component: AgreedComponent): TermsStretch[] {
  const stretches = termsStretches(component);
  return stretches.filter(({ start }, index) => stretches[index - 1]?.end !== start);
}

function daysInWords(states: readonly StateStretch<ContractState>[], such: (state: ContractState) => boolean): string {
  return daysWhere(states, such).map(({ start, end }) => (end === null ? `from ${start} on` : `from ${start} up to ${end}`)).join(', ');
}

/** Days of such states, those of neighbours as one. */
function daysWhere(states: readonly StateStretch<ContractState>[], such: (state: ContractState) => boolean): { start: LocalDate; end: LocalDate | null }[] {
  const days: { start: LocalDate; end: LocalDate | null }[] = [];
  for (const { start, end, state } of states) {
    if (!such(state)) continue;
    const last = days.at(-1);
    if (last?.end === start) last.end = end;
    else days.push({ start, end });
  }
  return days;
}

function refuseUndividedCycle({ terms: { intervalMonths }, ...fee }: TermsStretch, states: readonly StateStretch<ContractState>[]): void {
  if (intervalMonths === undefined) return;
  const undivided = states.find(({ start, end, state }) => share({ start, end }, fee) && state.cycleMonths !== null && state.cycleMonths % intervalMonths !== 0);
  if (undivided === undefined) return;
  const cycle = undivided.state.cycleMonths;
  const reason = `The price of ${fee.component.name} is for ${intervalMonths} months, which do not make up a cycle of ${cycle}.`;
  throw refusal('FEE_INTERVAL_UNDIVIDED', 'intervalMonths', String(intervalMonths), reason, `Give the price for a number of months that divides ${cycle}.`);
}

/** What is reduced and what reduces it must be taxed alike, or the reduction could not be told apart into tax categories. */
function refuseOtherTax({ component, terms, start }: TermsStretch, fee: TermsStretch): void {
  if (terms.taxCategory === fee.terms.taxCategory && terms.taxInclusive === fee.terms.taxInclusive) return;
  const reason = `From ${start > fee.start ? start : fee.start} on, ${component.name} would reduce ${fee.component.name}, which is taxed otherwise.`;
  throw refusal('ADJUSTMENT_TAX_DIFFERS', 'taxCategory', String(terms.taxCategory), reason, 'Agree it for one component that is taxed alike, or tax it alike.');
}

function isFee({ kind }: AgreedComponent): boolean {
  return kind === 'access-fee' || kind === 'one-off';
}

function share(a: { start: LocalDate; end: LocalDate | null }, b: { start: LocalDate; end: LocalDate | null }): boolean {
  return (b.end === null || a.start < b.end) && (a.end === null || b.start < a.end);
}

function refusal(code: string, field: string, value: string, reason: string, remedy: string): DomainError {
  return new DomainError(code, reason, { field, value, remedy });
}
