// The SQL of what is charged and not yet on a document: from millions of charges to a handful of lines.
import { CompanyId, ContractId, Currency, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { Payer } from '../domain/charged';
import { TaxCategory } from '../domain/rated-stretch';
import { ComponentType } from './charge.queries';

export interface UnbilledRow {
  readonly payerType: Payer['type'];
  readonly payerId: string;
  readonly contractId: ContractId;
  readonly companyId: CompanyId;
  readonly currency: Currency;
  readonly componentType: ComponentType;
  readonly isCorrection: boolean;
  /** The name of the fee component, or of the plan; null on corrections of enrolments, in which the old plan and the new one are netted. */
  readonly name: string | null;
  /** Whether it stands for whole periods, so that a unit price can be told. */
  readonly isWhole: boolean;
  readonly quantity: string;
  readonly unitPriceMinor: bigint;
  readonly amountMinor: bigint;
  readonly taxInclusive: boolean;
  readonly taxCategory: TaxCategory;
  readonly start: LocalDate;
  readonly end: LocalDate;
  readonly chargeCount: bigint;
  /** The first charges of the line, when they were asked for. */
  readonly chargeIds: bigint[] | null;
}

/** So many of a line's charges are named at the most. */
const CHARGES_NAMED = 200;

/**
 * Keeps everybody from charging the payers until the transaction ends, so that what is read next is what will be put on
 * the document. Whoever charges a member holds the enrolment, whoever charges a company holds the contract, shared. A payer
 * may be charged for all whom it pays for on some day, and for whom these pay.
 */
export async function lockPayers(tx: Tx, issuerId: IssuerId, payers: readonly Payer[]): Promise<void> {
  const { companies, members } = idsByType(payers);
  if (companies.length > 0) {
    await tx.query(
      `WITH RECURSIVE paid AS (
         SELECT id FROM unnest($2::uuid[]) AS payer(id)
         UNION SELECT m.company_id FROM paid p JOIN companies.company_move m ON m.target_id = p.id AND m.kind = 'payer'
       )
       SELECT FROM subscriptions.contract WHERE id IN (
         SELECT k.id FROM subscriptions.contract k JOIN paid ON paid.id = k.company_id WHERE k.issuer_id = $1
         UNION
         SELECT contract_id FROM subscriptions.charge
          WHERE document_id IS NULL AND issuer_id = $1 AND payer_type = 'company' AND payer_id = ANY ($2::uuid[]))
        ORDER BY id FOR NO KEY UPDATE`,
      [issuerId, companies],
    );
  }
  if (members.length > 0) {
    await tx.query(
      'SELECT FROM subscriptions.enrolment WHERE issuer_id = $1 AND member_id = ANY ($2::uuid[]) ORDER BY id FOR NO KEY UPDATE',
      [issuerId, members],
    );
  }
}

/**
 * The charges without a document, added up. First charges are grouped by fee component or plan, period, price and tax, whole
 * periods apart from parts. In a correction the credit and the charge of a component and stretch are netted first; then the
 * components of the contract stay apart by stretch, and enrolments are added up by period and sign. Lines that come to nothing are left out. The order is
 * complete, so that the same charges always make the same document, whichever worker made it.
 */
export async function unbilledRows(tx: Tx, issuerId: IssuerId, payers: readonly Payer[], withCharges = false): Promise<UnbilledRow[]> {
  const { companies, members } = idsByType(payers);
  // Only previews ask: a line of a large company has a hundred thousand charges.
  const charges = (ids: string) => (withCharges ? `, ${ids} AS charge_ids` : '');
  return tx.query(
    `WITH unbilled AS NOT MATERIALIZED (
       SELECT *, CASE WHEN component_type IN ('fee', 'adjustment') THEN component_id END AS fee_id FROM subscriptions.charge
        WHERE document_id IS NULL AND issuer_id = $1
          AND ((payer_type = 'company' AND payer_id = ANY ($2::uuid[])) OR (payer_type = 'member' AND payer_id = ANY ($3::uuid[])))
     ), first_charge AS (
       SELECT payer_type, payer_id, contract_id, company_id, currency, component_type, fee_id, plan_id, period_start, period_end,
              unit_price_minor, tax_inclusive, tax_category, false AS is_correction,
              stretch_start = period_start AND stretch_end = period_end AS is_whole, sum(quantity) AS quantity,
              sum(amount_minor)::bigint AS amount_minor, min(stretch_start) AS stretch_start, max(stretch_end) AS stretch_end,
              count(*) AS charge_count${charges(`(array_agg(id ORDER BY id))[1:${CHARGES_NAMED}]`)}
         FROM unbilled WHERE corrects IS NULL
        GROUP BY payer_type, payer_id, contract_id, company_id, currency, component_type, fee_id, plan_id, period_start, period_end,
              unit_price_minor, tax_inclusive, tax_category, is_whole
     ), corrected_stretch AS (
       SELECT payer_type, payer_id, contract_id, company_id, currency, component_type, fee_id, component_id, period_start, period_end,
              tax_inclusive, tax_category, stretch_start, stretch_end, sum(amount_minor)::bigint AS amount_minor, count(*) AS charge_count${charges(`string_agg(id::text, ',' ORDER BY id)`)}
         FROM unbilled WHERE corrects IS NOT NULL
        GROUP BY payer_type, payer_id, contract_id, company_id, currency, component_type, fee_id, component_id, period_start, period_end,
              tax_inclusive, tax_category, stretch_start, stretch_end
     ), correction AS (
       SELECT payer_type, payer_id, contract_id, company_id, currency, component_type, fee_id, NULL::uuid AS plan_id, period_start, period_end,
              0::bigint AS unit_price_minor, tax_inclusive, tax_category, true AS is_correction, false AS is_whole, 0::numeric AS quantity,
              sum(amount_minor)::bigint AS amount_minor, min(stretch_start) AS stretch_start, max(stretch_end) AS stretch_end,
              sum(charge_count)::bigint AS charge_count${charges(`(string_to_array(string_agg(charge_ids, ',' ORDER BY stretch_start, component_id), ',')::bigint[])[1:${CHARGES_NAMED}]`)}
         FROM corrected_stretch
        GROUP BY payer_type, payer_id, contract_id, company_id, currency, component_type, fee_id, period_start, period_end,
              tax_inclusive, tax_category, sign(amount_minor), CASE WHEN fee_id IS NOT NULL THEN stretch_start END
     )
     SELECT u.payer_type AS "payerType", u.payer_id AS "payerId", u.contract_id AS "contractId", u.company_id AS "companyId", u.currency,
            u.component_type AS "componentType", u.is_correction AS "isCorrection", coalesce(f.name, p.name) AS name,
            u.is_whole AS "isWhole", u.quantity, u.unit_price_minor AS "unitPriceMinor", u.amount_minor AS "amountMinor", u.tax_inclusive AS "taxInclusive",
            u.tax_category AS "taxCategory", u.stretch_start AS start, u.stretch_end AS "end", u.charge_count AS "chargeCount",
            ${withCharges ? 'u.charge_ids' : 'NULL::bigint[]'} AS "chargeIds"
       FROM (SELECT * FROM first_charge UNION ALL SELECT * FROM correction) AS u
       LEFT JOIN subscriptions.plan p ON p.id = u.plan_id
       LEFT JOIN subscriptions.fee_component f ON f.id = u.fee_id
      WHERE u.amount_minor <> 0
      ORDER BY u.payer_type, u.payer_id, u.currency, u.contract_id, u.component_type, u.is_correction, u.stretch_start, u.stretch_end,
               f.name, f.id, p.code, u.unit_price_minor, u.tax_category, u.tax_inclusive, u.quantity DESC, u.amount_minor DESC, u.charge_count`,
    [issuerId, companies, members],
  );
}

/** A charge of a line, as a preview explains the line by it. */
export interface LineCharge {
  readonly id: bigint;
  readonly kind: 'charge' | 'credit';
  readonly componentType: ComponentType;
  readonly componentId: string;
  readonly start: LocalDate;
  readonly end: LocalDate;
  /** A decimal as text. */
  readonly quantity: string;
  readonly unitPriceMinor: bigint;
  readonly amountMinor: bigint;
  readonly explanation: string;
}

export async function chargesByIds(reader: Reader, ids: readonly bigint[]): Promise<LineCharge[]> {
  return reader.query<LineCharge>(
    `SELECT id, kind, component_type AS "componentType", component_id AS "componentId", stretch_start AS start, stretch_end AS "end",
            quantity::text AS quantity, unit_price_minor AS "unitPriceMinor", amount_minor AS "amountMinor", explanation
       FROM subscriptions.charge WHERE id = ANY ($1::bigint[]) ORDER BY id`,
    [ids],
  );
}

/** The document that takes all that a payer has unbilled with an issuer in a currency. */
export interface DocumentAssignment {
  readonly payerType: Payer['type'];
  readonly payerId: string;
  readonly currency: Currency;
  readonly issuerId: IssuerId;
  readonly documentId: string;
}

/** Stamps the charges; gives how many. */
export async function stampDocuments(tx: Tx, documents: readonly DocumentAssignment[]): Promise<number> {
  return tx.execute(
    `UPDATE subscriptions.charge c SET document_id = d.document_id
       FROM unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[]) AS d(payer_type, payer_id, currency, issuer_id, document_id)
      WHERE c.document_id IS NULL AND c.payer_id = d.payer_id AND c.payer_type = d.payer_type
        AND c.issuer_id = d.issuer_id AND c.currency = d.currency`,
    [
      documents.map(({ payerType }) => payerType),
      documents.map(({ payerId }) => payerId),
      documents.map(({ currency }) => currency),
      documents.map(({ issuerId }) => issuerId),
      documents.map(({ documentId }) => documentId),
    ],
  );
}

function idsByType(payers: readonly Payer[]): { companies: string[]; members: string[] } {
  const idsOf = (type: Payer['type']) => payers.filter((payer) => payer.type === type).map((payer) => payer.id);
  return { companies: idsOf('company'), members: idsOf('member') };
}
