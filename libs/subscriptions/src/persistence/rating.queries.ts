// The SQL that reads what rating needs: locks first, then timelines, terms and prices, each for a whole set at once.
import { CompanyId, ContractId, Currency, DateRange, decimal, EnrolmentId, Id, IssuerId, LocalDate, MemberId, PlanId } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { Timing } from '../domain/billing-cycle';
import { ContractChange } from '../domain/contract-timeline';
import { EnrolmentChange } from '../domain/enrolment-timeline';
import { ComponentTerms } from '../domain/fee-terms';
import { FeeComponent } from '../domain/fee-timeline';
import { HeadcountStretch } from '../domain/headcount-measure';
import { Counted } from '../domain/owed-fees';
import { PriceVersion, SubsidyVersion, TaxVersion } from '../domain/rate-card';
import { Subsidy } from '../domain/subsidy';

export type FeeComponentId = Id<'FeeComponent'>;

export interface ContractRow {
  readonly id: ContractId;
  readonly issuerId: IssuerId;
  readonly companyId: CompanyId;
  readonly currency: Currency;
  readonly enrolmentTiming: Timing;
  readonly changes: readonly ContractChange[];
}

export interface EnrolmentRow {
  readonly id: EnrolmentId;
  readonly contractId: ContractId;
  readonly memberId: MemberId;
  /** The timeline as four lists side by side, in the order of `seqs`. */
  readonly seqs: number[];
  readonly days: LocalDate[];
  readonly kinds: EnrolmentChange['kind'][];
  readonly planIds: (PlanId | null)[];
}

export interface PlanRow {
  readonly planId: PlanId;
  readonly code: string;
  readonly name: string;
  readonly taxes: readonly TaxVersion[];
}

export interface PriceRow extends PriceVersion {
  readonly planId: PlanId;
  readonly currency: Currency;
}

export interface SubsidyRow extends SubsidyVersion {
  readonly contractId: ContractId;
  /** Null: for every plan that has no rule of its own. */
  readonly planId: PlanId | null;
}

/**
 * The instant as of which timelines are read, as text: what was recorded later is not known yet. Rating knows all of it;
 * metrics report again what was once reported.
 */
export type KnownAt = string;
export const ALL_KNOWN: KnownAt = 'infinity';

/**
 * Locks enrolments to be rated, and their contracts shared: many rate the people of one contract at once, but nobody
 * while its company's charges are put on a document. Contracts come first, and everything in the order of ids.
 */
export async function lockEnrolments(tx: Tx, ids: readonly EnrolmentId[]): Promise<void> {
  await tx.query(
    `SELECT FROM subscriptions.contract WHERE id IN (SELECT contract_id FROM subscriptions.enrolment WHERE id = ANY ($1::uuid[]))
      ORDER BY id FOR SHARE`,
    [ids],
  );
  await tx.query('SELECT FROM subscriptions.enrolment WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [ids]);
}

/** Locks contracts whose fees are rated, and their fees. */
export async function lockContracts(tx: Tx, ids: readonly ContractId[]): Promise<void> {
  await tx.query('SELECT FROM subscriptions.contract WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [ids]);
  await tx.query('SELECT FROM subscriptions.fee_component WHERE contract_id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [ids]);
}

export async function enrolmentsWithTimelines(reader: Reader, ids: readonly EnrolmentId[]): Promise<EnrolmentRow[]> {
  return reader.query(
    `SELECT e.id, e.contract_id AS "contractId", e.member_id AS "memberId", t.*
       FROM subscriptions.enrolment e,
            LATERAL (SELECT coalesce(array_agg(c.seq ORDER BY c.seq), '{}') AS seqs,
                            coalesce(array_agg(c.effective_on ORDER BY c.seq), '{}') AS days,
                            coalesce(array_agg(c.kind ORDER BY c.seq), '{}') AS kinds,
                            coalesce(array_agg(c.plan_id ORDER BY c.seq), '{}') AS "planIds"
                       FROM subscriptions.enrolment_change c WHERE c.enrolment_id = e.id) AS t
      WHERE e.id = ANY ($1::uuid[]) ORDER BY e.id`,
    [ids],
  );
}

/** The timeline of a row, as the domain reads it. */
export function changesOf({ seqs, days, kinds, planIds }: EnrolmentRow): EnrolmentChange[] {
  return seqs.map((seq, index) => {
    const kind = kinds[index]!;
    const change = { seq, effectiveOn: days[index]! };
    return kind === 'start' || kind === 'plan' ? { ...change, kind, planId: planIds[index]! } : { ...change, kind };
  });
}

/** Contracts that have a life; one that is only drafted owes nothing and is left out. */
export async function contractsById(reader: Reader, ids: readonly ContractId[], knownAt: KnownAt = ALL_KNOWN): Promise<Map<ContractId, ContractRow>> {
  const rows = await reader.query<ContractRow>(
    `SELECT k.id, k.issuer_id AS "issuerId", k.company_id AS "companyId", k.currency,
            k.enrolment_timing AS "enrolmentTiming", t.changes
       FROM subscriptions.contract k,
            LATERAL (SELECT json_agg(json_build_object('seq', h.seq, 'effectiveOn', h.effective_on, 'kind', h.kind, 'bills', h.bills,
                              'anchorDay', h.anchor_day, 'anchorOn', h.anchor_on, 'cycleMonths', h.cycle_months, 'timeZone', h.time_zone,
                              'termEndsOn', h.term_ends_on) ORDER BY h.seq) AS changes
                       FROM subscriptions.contract_change h WHERE h.contract_id = k.id AND h.recorded_at <= $2::timestamptz HAVING bool_or(h.kind = 'start')) AS t
      WHERE k.id = ANY ($1::uuid[])`,
    [ids, knownAt],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

interface TermsJson {
  readonly seq: number;
  readonly effectiveOn: LocalDate;
  readonly kind: 'terms' | 'end';
  readonly priceModel: string | null;
  readonly unitPriceMinor: string | null;
  readonly amountMinor: string | null;
  readonly per: string | null;
  readonly tiers: readonly { upTo: number | null; unitPriceMinor: string; flatMinor: string }[] | null;
}

/** Every component of the contracts with its timeline, in the order of ids. */
export async function componentsOfContracts(
  reader: Reader,
  contractIds: readonly ContractId[],
  knownAt: KnownAt = ALL_KNOWN,
): Promise<(FeeComponent & { contractId: ContractId })[]> {
  const rows = await reader.query<Omit<FeeComponent, 'changes'> & { contractId: ContractId; changes: readonly TermsJson[] | null }>(
    `SELECT f.id, f.contract_id AS "contractId", f.kind, f.name, f.timing, f.target_id AS "targetId", t.changes
       FROM subscriptions.fee_component f,
            LATERAL (SELECT json_agg(json_build_object('seq', h.seq, 'effectiveOn', h.effective_on, 'kind', h.kind, 'priceModel', h.price_model,
                              'measure', h.measure, 'counted', h.counted, 'costCentre', h.cost_centre, 'onDecrease', h.on_decrease,
                              'intervalMonths', h.interval_months, 'unitPriceMinor', h.unit_price_minor::text, 'packageSize', h.package_size,
                              'tiers', h.tiers, 'amountMinor', h.amount_minor::text, 'percent', h.percent::text, 'periods', h.periods, 'per', h.per,
                              'taxInclusive', h.tax_inclusive, 'taxCategory', h.tax_category, 'quantity', h.quantity) ORDER BY h.seq) AS changes
                       FROM subscriptions.fee_change h WHERE h.component_id = f.id AND h.recorded_at <= $2::timestamptz) AS t
      WHERE f.contract_id = ANY ($1::uuid[]) ORDER BY f.id`,
    [contractIds, knownAt],
  );
  return rows.map((row) => ({ ...row, changes: (row.changes ?? []).map((change) => feeChange(change)) }) as FeeComponent & { contractId: ContractId });
}

function feeChange({ seq, effectiveOn, kind, ...columns }: TermsJson): FeeComponent['changes'][number] {
  return kind === 'end' ? { seq, effectiveOn, kind } : ({ seq, effectiveOn, kind, terms: termsOf(columns) } as FeeComponent['changes'][number]);
}

/** The terms of the component's kind: the database lets only their columns be filled. */
function termsOf(columns: Omit<TermsJson, 'seq' | 'effectiveOn' | 'kind'>): ComponentTerms {
  const { unitPriceMinor, amountMinor, tiers, priceModel, per, ...plain } = columns;
  const terms = {
    ...plain,
    ...(unitPriceMinor !== null && { unitPriceMinor: BigInt(unitPriceMinor) }),
    ...(amountMinor !== null && { amountMinor: BigInt(amountMinor) }),
    ...(tiers !== null && { tiers: tiers.map((tier) => ({ upTo: tier.upTo, unitPriceMinor: BigInt(tier.unitPriceMinor), flatMinor: BigInt(tier.flatMinor) })) }),
    ...(priceModel !== null && { priceModel }),
    ...(per !== null && { per }),
  };
  return terms as unknown as ComponentTerms;
}

export async function plansById(reader: Reader, ids: readonly PlanId[], knownAt: KnownAt = ALL_KNOWN): Promise<PlanRow[]> {
  return reader.query(
    `SELECT p.id AS "planId", p.code, p.name, t.taxes
       FROM subscriptions.plan p,
            LATERAL (SELECT coalesce(json_agg(json_build_object('effectiveFrom', x.effective_from, 'seq', x.seq, 'taxCategory', x.tax_category)), '[]') AS taxes
                       FROM subscriptions.product_tax x WHERE x.product_id = p.product_id AND x.recorded_at <= $2::timestamptz) AS t
      WHERE p.id = ANY ($1::uuid[]) ORDER BY p.id`,
    [ids, knownAt],
  );
}

/** Every price of the plans in the currencies, by ascending day. */
export async function pricesOf(reader: Reader, planIds: readonly PlanId[], currencies: readonly Currency[], knownAt: KnownAt = ALL_KNOWN): Promise<PriceRow[]> {
  return reader.query(
    `SELECT id, plan_id AS "planId", currency, effective_from AS "effectiveFrom", interval_months AS "intervalMonths", applies_to AS "appliesTo",
            amount_minor AS "amountMinor", tax_inclusive AS "taxInclusive"
       FROM subscriptions.price WHERE plan_id = ANY ($1::uuid[]) AND currency = ANY ($2::text[]) AND recorded_at <= $3::timestamptz
      ORDER BY plan_id, currency, effective_from`,
    [planIds, currencies, knownAt],
  );
}

export async function subsidiesOf(reader: Reader, contractIds: readonly ContractId[]): Promise<SubsidyRow[]> {
  const rows = await reader.query<Omit<SubsidyRow, 'subsidy'> & { mode: 'fixed' | 'percent'; amountMinor: bigint | null; percent: string | null; capMinor: bigint | null }>(
    `SELECT contract_id AS "contractId", seq, plan_id AS "planId", effective_from AS "effectiveFrom", mode, amount_minor AS "amountMinor",
            percent, cap_minor AS "capMinor"
       FROM subscriptions.subsidy_rule WHERE contract_id = ANY ($1::uuid[]) ORDER BY contract_id, seq`,
    [contractIds],
  );
  return rows.map(({ mode, amountMinor, percent, capMinor, ...row }) => {
    const subsidy: Subsidy = mode === 'fixed' ? { mode, amountMinor: amountMinor!, capMinor } : { mode, percent: decimal(percent!), capMinor };
    return { ...row, subsidy };
  });
}

/** People of a company to be counted: all, or those of one cost centre, on days of a range. */
export interface AskedHeadcount extends DateRange, Counted {
  readonly companyId: CompanyId;
}

/** For each of the asked, in their order, the stretches of constant count from its start on. One statement for all. */
export async function headcountsOf(reader: Reader, asked: readonly AskedHeadcount[]): Promise<HeadcountStretch[][]> {
  const rows = await reader.query<{ no: number; on: LocalDate; change: number }>(
    `SELECT a.no::int AS no, greatest(h.effective_on, a.starts_on) AS on, sum(h.change)::int AS change
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::date[]) WITH ORDINALITY AS a (company_id, measure, cost_centre, starts_on, ends_on, no)
       JOIN companies.headcount_change h ON h.company_id = a.company_id AND h.measure = a.measure AND h.effective_on < a.ends_on
        AND (a.cost_centre IS NULL OR h.cost_centre = a.cost_centre)
      GROUP BY 1, 2 ORDER BY 1, 2`,
    [
      asked.map(({ companyId }) => companyId),
      asked.map(({ counted }) => counted),
      asked.map(({ costCentre }) => costCentre),
      asked.map(({ start }) => start),
      asked.map(({ end }) => end),
    ],
  );
  const stretches: HeadcountStretch[][] = asked.map(() => []);
  rows.forEach(({ no, on, change }, index) => {
    const ofAsked = stretches[no - 1]!;
    const next = rows[index + 1];
    const end = next?.no === no ? next.on : asked[no - 1]!.end;
    ofAsked.push({ start: on, end, count: (ofAsked.at(-1)?.count ?? 0) + change });
  });
  return stretches;
}
