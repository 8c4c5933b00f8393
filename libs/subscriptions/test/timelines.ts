// Builders for the examples of rating: a contract, its enrolments and components as dated changes, in the fewest words.
import { Currency, LocalDate, PlanId } from '@countinghouse/kernel';
import { Timing } from '../src/domain/billing-cycle';
import { ContractChange } from '../src/domain/contract-timeline';
import { EnrolmentChange } from '../src/domain/enrolment-timeline';
import { AccessFeeTerms, ComponentKind, TermsOfKind } from '../src/domain/fee-terms';
import { FeeComponent } from '../src/domain/fee-timeline';
import { HeadcountStretch } from '../src/domain/headcount-measure';
import { AppliesTo, PlanTerms, PriceVersion, RateCard, SubsidyVersion } from '../src/domain/rate-card';
import { RatedContract, ratedContract } from '../src/domain/rated-contract';
import { amountOf, RatedStretch } from '../src/domain/rated-stretch';
import { Subsidy } from '../src/domain/subsidy';

export const EUR = 'EUR' as Currency;
export const day = (text: string) => text as LocalDate;

type Unplaced<Change> = Change extends unknown ? Omit<Change, 'seq' | 'effectiveOn'> : never;
export type Dated<Change> = readonly [on: string, change: Unplaced<Change>];

/** Gives changes their places in the order in which they are listed. */
export function recorded<Change extends { readonly seq: number; readonly effectiveOn: LocalDate }>(changes: readonly Dated<Change>[]): Change[] {
  return changes.map(([on, change], index) => ({ ...change, seq: index + 1, effectiveOn: day(on) }) as unknown as Change);
}

export interface ContractOptions {
  readonly anchorDay?: number;
  readonly months?: number;
  readonly anchorOn?: string;
  readonly end?: string;
}

/** In force from a day, with periods that begin on that day of the month unless said otherwise. */
export function aContract(from: string, { anchorDay = Number(from.slice(8)), months = 1, anchorOn = from, end }: ContractOptions = {}, ...more: Dated<ContractChange>[]): RatedContract {
  const changes: Dated<ContractChange>[] = [[from, { kind: 'start' }], [from, { kind: 'cycle', anchorDay, cycleMonths: months, anchorOn: day(anchorOn) }]];
  if (end !== undefined) changes.push([end, { kind: 'end' }]);
  return ratedContract(recorded([...changes, ...more]));
}

export const [GOLD, SILVER] = ['Gold', 'Silver'] as [PlanId, PlanId];

export interface PriceOptions {
  readonly months?: number;
  readonly appliesTo?: AppliesTo;
}

export function price(from: string, amountMinor: bigint, { months = 1, appliesTo = 'all-from-date' }: PriceOptions = {}): PriceVersion {
  return { id: `${from} ${amountMinor}`, effectiveFrom: day(from), intervalMonths: months, appliesTo, amountMinor, taxInclusive: true };
}

export function aPlan(planId: PlanId, prices: readonly PriceVersion[], options: Partial<Pick<PlanTerms, 'taxes'>> & { subsidy?: Subsidy } = {}): PlanTerms {
  const { taxes = [{ effectiveFrom: day('2000-01-01'), seq: 1, taxCategory: 'standard' }], subsidy } = options;
  return { planId, code: planId, name: planId, prices, taxes, subsidies: subsidy === undefined ? [] : [{ effectiveFrom: day('2000-01-01'), seq: 1, subsidy }] };
}

export function anEnrolment(contract: RatedContract, plans: readonly PlanTerms[], changes: readonly Dated<EnrolmentChange>[], timing: Timing = 'advance', ofAllPlans: readonly SubsidyVersion[] = []) {
  const rateCard = new RateCard(EUR, contract, new Map(plans.map((plan) => [plan.planId, plan])), ofAllPlans);
  return { contract, timing, rateCard, changes: recorded<EnrolmentChange>(changes) };
}

type Terms<Kind extends ComponentKind> = readonly [on: string, terms: TermsOfKind[Kind] | 'end'];

export function aComponent<Kind extends ComponentKind>(
  kind: Kind,
  terms: readonly Terms<Kind>[],
  { id = kind, timing = 'advance', targetId = null }: { id?: string; timing?: Timing; targetId?: string | null } = {},
): FeeComponent {
  const changes = terms.map(([on, change], index) => {
    const placed = { seq: index + 1, effectiveOn: day(on) };
    return change === 'end' ? { ...placed, kind: 'end' } : { ...placed, kind: 'terms', terms: change };
  });
  return { id, kind, name: id, timing, targetId, changes } as unknown as FeeComponent;
}

export const TAXED = { taxInclusive: false, taxCategory: 'standard' } as const;

/** So much by the month and eligible person, measured daily, unless said otherwise. */
export function perPerson(unitPriceMinor: bigint, options: Partial<AccessFeeTerms> = {}): AccessFeeTerms {
  return {
    ...TAXED, priceModel: 'perUnit', unitPriceMinor, measure: 'daily', counted: 'eligible', costCentre: null, onDecrease: 'credit', intervalMonths: 1, ...options,
  } as AccessFeeTerms;
}

export const flat = (unitPriceMinor: bigint, options: Partial<AccessFeeTerms> = {}) => perPerson(unitPriceMinor, { priceModel: 'flat', ...options });

/** So many people from each day on. */
export function people(...counts: readonly [from: string, count: number][]): HeadcountStretch[] {
  return counts.map(([from, count], index) => ({ start: day(from), end: day(counts[index + 1]?.[0] ?? '9999-12-31'), count }));
}

export const amounts = (owed: readonly RatedStretch[]) => owed.map(amountOf);
export const shape = (owed: readonly RatedStretch[]) => owed.map((one) => [one.start, one.end, amountOf(one)]);
export const sum = (minors: readonly bigint[]) => minors.reduce((total, minor) => total + minor, 0n);
