// The SQL that appends to timelines: of contracts, components, enrolments and subsidies, each for a whole set at once.
import { ContractId, EnrolmentId, LocalDate, PlanId } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';
import { ContractChange } from '../domain/contract-timeline';
import { EnrolmentChange } from '../domain/enrolment-timeline';
import { AnyTerms, FeeChange, Tier } from '../domain/fee-terms';
import { FeeComponentId } from './rating.queries';

/** Who records a change, and why. */
export interface Origin {
  readonly by: string;
  readonly reason: string;
}

/** A change that is not on record yet: its place in the timeline is given to it when it is appended. */
export type Unrecorded<Change> = Change extends unknown ? Omit<Change, 'seq'> : never;

/** Appends in the order given. The caller holds the contracts, so that nobody else counts on meanwhile. */
export async function appendContractChanges(
  tx: Tx,
  changes: readonly { readonly contractId: ContractId; readonly change: Unrecorded<ContractChange>; readonly reason: string }[],
  by: string,
): Promise<void> {
  const column = <T>(of: (change: Unrecorded<ContractChange>) => T) => changes.map(({ change }) => of(change));
  await tx.execute(
    `INSERT INTO subscriptions.contract_change
       (contract_id, seq, effective_on, kind, bills, anchor_day, anchor_on, cycle_months, time_zone, term_ends_on, recorded_by, reason)
     SELECT n.contract_id, coalesce(t.last, 0) + row_number() OVER (PARTITION BY n.contract_id ORDER BY n.no), n.effective_on, n.kind, n.bills,
            n.anchor_day, n.anchor_on, n.cycle_months, n.time_zone, n.term_ends_on, $1, n.reason
       FROM unnest($2::text[], $3::uuid[], $4::date[], $5::text[], $6::bool[], $7::int[], $8::date[], $9::int[], $10::text[], $11::date[])
         WITH ORDINALITY AS n (reason, contract_id, effective_on, kind, bills, anchor_day, anchor_on, cycle_months, time_zone, term_ends_on, no)
       LEFT JOIN LATERAL (SELECT max(seq) AS last FROM subscriptions.contract_change WHERE contract_id = n.contract_id) AS t ON true`,
    [
      by,
      changes.map(({ reason }) => reason),
      changes.map(({ contractId }) => contractId),
      column(({ effectiveOn }) => effectiveOn),
      column(({ kind }) => kind),
      column((change) => (change.kind === 'suspend' ? change.bills : null)),
      column((change) => (change.kind === 'cycle' ? change.anchorDay : null)),
      column((change) => (change.kind === 'cycle' ? (change.anchorOn ?? change.effectiveOn) : null)),
      column((change) => (change.kind === 'cycle' ? change.cycleMonths : null)),
      column((change) => (change.kind === 'zone' ? change.timeZone : null)),
      column((change) => (change.kind === 'term' ? change.termEndsOn : null)),
    ],
  );
}

/** Appends in the order given; the caller holds the contracts of the components. */
export async function appendFeeChanges(
  tx: Tx,
  changes: readonly { readonly componentId: FeeComponentId; readonly change: Unrecorded<FeeChange> }[],
  { by, reason }: Origin,
): Promise<void> {
  const column = <T>(of: (change: Unrecorded<FeeChange>) => T) => changes.map(({ change }) => of(change));
  const term = <T>(of: (terms: AnyTerms) => T) => column((change) => (change.kind === 'terms' ? (of(change.terms) ?? null) : null));
  await tx.execute(
    `INSERT INTO subscriptions.fee_change
       (component_id, component_kind, component_timing, seq, effective_on, kind, price_model, measure, counted, cost_centre, on_decrease,
        interval_months, unit_price_minor, package_size, tiers, amount_minor, percent, periods, per, tax_inclusive, tax_category, quantity,
        recorded_by, reason)
     SELECT n.component_id, f.kind, f.timing, coalesce(t.last, 0) + row_number() OVER (PARTITION BY n.component_id ORDER BY n.no), n.effective_on,
            n.kind, n.price_model, n.measure, n.counted, n.cost_centre, n.on_decrease, n.interval_months, n.unit_price_minor, n.package_size,
            n.tiers, n.amount_minor, n.percent, n.periods, n.per, n.tax_inclusive, n.tax_category, n.quantity, $1, $2
       FROM unnest($3::uuid[], $4::date[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::int[], $12::bigint[],
         $13::int[], $14::jsonb[], $15::bigint[], $16::numeric[], $17::int[], $18::text[], $19::bool[], $20::text[], $21::int[])
         WITH ORDINALITY AS n (component_id, effective_on, kind, price_model, measure, counted, cost_centre, on_decrease, interval_months,
           unit_price_minor, package_size, tiers, amount_minor, percent, periods, per, tax_inclusive, tax_category, quantity, no)
       JOIN subscriptions.fee_component f ON f.id = n.component_id
       LEFT JOIN LATERAL (SELECT max(seq) AS last FROM subscriptions.fee_change WHERE component_id = n.component_id) AS t ON true`,
    [
      by,
      reason,
      changes.map(({ componentId }) => componentId),
      column(({ effectiveOn }) => effectiveOn),
      column(({ kind }) => kind),
      term((terms) => terms.priceModel),
      term((terms) => terms.measure),
      term((terms) => terms.counted),
      term((terms) => terms.costCentre),
      term((terms) => terms.onDecrease),
      term((terms) => terms.intervalMonths),
      term((terms) => terms.unitPriceMinor),
      term((terms) => terms.packageSize),
      term((terms) => terms.tiers && tiersAsJson(terms.tiers)),
      term((terms) => terms.amountMinor),
      term((terms) => terms.percent),
      term((terms) => terms.periods),
      term((terms) => terms.per),
      term((terms) => terms.taxInclusive),
      term((terms) => terms.taxCategory),
      term((terms) => terms.quantity),
    ],
  );
}

/** Amounts as text, as JSON has no whole numbers beyond 2^53. */
function tiersAsJson(tiers: readonly Tier[]): string {
  return JSON.stringify(tiers, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

/** Appends in the order given; the caller holds the enrolments, and of those that it starts the contracts. */
export async function appendEnrolmentChanges(
  tx: Tx,
  changes: readonly { readonly enrolmentId: EnrolmentId; readonly change: Unrecorded<EnrolmentChange> }[],
  { by, reason }: Origin,
): Promise<void> {
  await tx.execute(
    `INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, plan_id, recorded_by, reason)
     SELECT n.enrolment_id, coalesce(t.last, 0) + row_number() OVER (PARTITION BY n.enrolment_id ORDER BY n.no), n.effective_on, n.kind, n.plan_id, $1, $2
       FROM unnest($3::uuid[], $4::date[], $5::text[], $6::uuid[]) WITH ORDINALITY AS n (enrolment_id, effective_on, kind, plan_id, no)
       LEFT JOIN LATERAL (SELECT max(seq) AS last FROM subscriptions.enrolment_change WHERE enrolment_id = n.enrolment_id) AS t ON true`,
    [
      by,
      reason,
      changes.map(({ enrolmentId }) => enrolmentId),
      changes.map(({ change }) => change.effectiveOn),
      changes.map(({ change }) => change.kind),
      changes.map(({ change }) => ('planId' in change ? change.planId : null)),
    ],
  );
}

/** A subsidy as it is agreed; amounts by the month and member, in minor units. */
export interface NewSubsidy {
  readonly contractId: ContractId;
  /** Null is every plan that has no rule of its own. */
  readonly planId: PlanId | null;
  readonly effectiveFrom: LocalDate;
  readonly mode: 'fixed' | 'percent';
  readonly amountMinor: bigint | null;
  /** With as many decimals as the column has: '33.5000'. */
  readonly percent: string | null;
  readonly capMinor: bigint | null;
}

/** Appends in the order given; the caller holds the contracts. */
export async function appendSubsidies(tx: Tx, subsidies: readonly NewSubsidy[], { by, reason }: Origin): Promise<void> {
  await tx.execute(
    `INSERT INTO subscriptions.subsidy_rule (contract_id, seq, plan_id, effective_from, mode, amount_minor, percent, cap_minor, recorded_by, reason)
     SELECT n.contract_id, coalesce(t.last, 0) + row_number() OVER (PARTITION BY n.contract_id ORDER BY n.no), n.plan_id, n.effective_from, n.mode,
            n.amount_minor, n.percent, n.cap_minor, $1, $2
       FROM unnest($3::uuid[], $4::uuid[], $5::date[], $6::text[], $7::bigint[], $8::numeric[], $9::bigint[])
         WITH ORDINALITY AS n (contract_id, plan_id, effective_from, mode, amount_minor, percent, cap_minor, no)
       LEFT JOIN LATERAL (SELECT max(seq) AS last FROM subscriptions.subsidy_rule WHERE contract_id = n.contract_id) AS t ON true`,
    [
      by,
      reason,
      subsidies.map(({ contractId }) => contractId),
      subsidies.map(({ planId }) => planId),
      subsidies.map(({ effectiveFrom }) => effectiveFrom),
      subsidies.map(({ mode }) => mode),
      subsidies.map(({ amountMinor }) => amountMinor),
      subsidies.map(({ percent }) => percent),
      subsidies.map(({ capMinor }) => capMinor),
    ],
  );
}
