// The SQL that reads what rating needs: locks first, then timelines, terms and prices, each for a whole set at once.
import {
  CompanyId, ContractId, Currency, EnrolmentId, Id, IssuerId, LocalDate, MemberId, PlanId,
} from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { Timing } from '../domain/billing-cycle';
import { PriceModel } from '../domain/owed';
import { EnrolmentChange } from '../domain/enrolment-timeline';
import { TaxCategory } from '../domain/rated-stretch';

export type FeeComponentId = Id<'FeeComponent'>;

export interface ContractRow {
  readonly id: ContractId;
  readonly issuerId: IssuerId;
  readonly companyId: CompanyId;
  /** The company that is invoiced: the company's payer, or itself. */
  readonly payerId: CompanyId;
  readonly currency: Currency;
  readonly startsOn: LocalDate;
  readonly endsOn: LocalDate | null;
  /** A day of the month in which a period begins, on its `anchorDay`. */
  readonly anchorOn: LocalDate;
  readonly anchorDay: number;
  readonly cycleMonths: number;
  readonly enrolmentTiming: Timing;
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

export interface FeeRow {
  readonly id: FeeComponentId;
  readonly contractId: ContractId;
  readonly priceModel: PriceModel;
  readonly timing: Timing;
  readonly unitPriceMinor: bigint;
  readonly taxInclusive: boolean;
  readonly taxCategory: TaxCategory;
  readonly startsOn: LocalDate;
  readonly endsOn: LocalDate | null;
}

export interface PlanRow {
  readonly planId: PlanId;
  readonly code: string;
  readonly taxCategory: TaxCategory;
}

export interface PriceRow {
  readonly planId: PlanId;
  readonly currency: Currency;
  readonly effectiveFrom: LocalDate;
  readonly amountMinor: bigint;
  readonly taxInclusive: boolean;
}

export interface SubsidyRow {
  readonly contractId: ContractId;
  readonly planId: PlanId;
  readonly effectiveFrom: LocalDate;
  readonly mode: 'fixed' | 'percent';
  readonly amountMinor: bigint | null;
  readonly percent: string | null;
  readonly capMinor: bigint | null;
}

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
export async function contractsById(reader: Reader, ids: readonly ContractId[]): Promise<Map<ContractId, ContractRow>> {
  const rows = await reader.query<ContractRow>(
    `SELECT k.id, k.issuer_id AS "issuerId", k.company_id AS "companyId", coalesce(c.payer_id, c.id) AS "payerId", k.currency,
            s.starts_on AS "startsOn", s.ends_on AS "endsOn", s.anchor_on AS "anchorOn", s.anchor_day AS "anchorDay",
            s.cycle_months AS "cycleMonths", k.enrolment_timing AS "enrolmentTiming"
       FROM subscriptions.contract k JOIN companies.company c ON c.id = k.company_id
       JOIN subscriptions.contract_state('9999-12-31') AS s ON s.contract_id = k.id
      WHERE k.id = ANY ($1::uuid[]) AND s.starts_on IS NOT NULL`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The access fees that are rated, each with its first terms. */
export async function feesOfContracts(reader: Reader, contractIds: readonly ContractId[]): Promise<FeeRow[]> {
  return reader.query(
    `SELECT DISTINCT ON (f.id) f.id, f.contract_id AS "contractId", t.price_model AS "priceModel", f.timing, t.unit_price_minor AS "unitPriceMinor",
            t.tax_inclusive AS "taxInclusive", t.tax_category AS "taxCategory", t.effective_on AS "startsOn",
            (SELECT min(e.effective_on) FROM subscriptions.fee_change e WHERE e.component_id = f.id AND e.kind = 'end') AS "endsOn"
       FROM subscriptions.fee_component f JOIN subscriptions.fee_change t ON t.component_id = f.id AND t.kind = 'terms'
      WHERE f.contract_id = ANY ($1::uuid[]) AND f.kind = 'access-fee' AND t.price_model IN ('flat', 'perUnit') ORDER BY f.id, t.effective_on, t.seq DESC`,
    [contractIds],
  );
}

export async function plansById(reader: Reader, ids: readonly PlanId[]): Promise<PlanRow[]> {
  return reader.query(
    `SELECT p.id AS "planId", p.code, t.tax_category AS "taxCategory" FROM subscriptions.plan p
       JOIN LATERAL (SELECT tax_category FROM subscriptions.product_tax WHERE product_id = p.product_id
                      ORDER BY effective_from DESC, seq DESC LIMIT 1) AS t ON true
      WHERE p.id = ANY ($1::uuid[]) ORDER BY p.id`,
    [ids],
  );
}

/** Every price by the month of the plans in the currencies, by ascending day. */
export async function pricesOf(reader: Reader, planIds: readonly PlanId[], currencies: readonly Currency[]): Promise<PriceRow[]> {
  return reader.query(
    `SELECT plan_id AS "planId", currency, effective_from AS "effectiveFrom", amount_minor AS "amountMinor", tax_inclusive AS "taxInclusive"
       FROM subscriptions.price WHERE plan_id = ANY ($1::uuid[]) AND currency = ANY ($2::text[]) AND interval_months = 1
      ORDER BY plan_id, currency, effective_from`,
    [planIds, currencies],
  );
}

/** By ascending day, of one day as they were recorded. */
export async function subsidiesOf(reader: Reader, contractIds: readonly ContractId[]): Promise<SubsidyRow[]> {
  return reader.query(
    `SELECT contract_id AS "contractId", plan_id AS "planId", effective_from AS "effectiveFrom", mode, amount_minor AS "amountMinor",
            percent, cap_minor AS "capMinor"
       FROM subscriptions.subsidy_rule WHERE contract_id = ANY ($1::uuid[]) AND plan_id IS NOT NULL
      ORDER BY contract_id, plan_id, effective_from, seq`,
    [contractIds],
  );
}
