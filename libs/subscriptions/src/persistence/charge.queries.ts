// The SQL of charges: reading the record of components, and adding to it.
import { CompanyId, ContractId, Currency, IssuerId, LocalDate, PlanId, RunId } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { ChargeOnRecord } from '../domain/charged';
import { PaidCharge } from '../domain/payer-timeline';
import { Facts, TaxCategory } from '../domain/rated-stretch';

export type ComponentType = 'fee' | 'adjustment' | 'enrolment-company' | 'enrolment-member';

/** A component and the contract it is charged under. */
export interface ChargedComponent {
  readonly type: ComponentType;
  readonly id: string;
  readonly issuerId: IssuerId;
  readonly contractId: ContractId;
  readonly companyId: CompanyId;
  readonly currency: Currency;
}

/** What goes on record for a component. */
export interface ComponentCharge {
  readonly component: ChargedComponent;
  readonly charge: PaidCharge;
  readonly explanation: string;
  readonly facts: Facts;
}

/** The key under which {@link chargesOnRecord} files a component's charges. */
export function componentKey(type: ComponentType, id: string): string {
  return `${type} ${id}`;
}

/**
 * All charges and credits of the components, by {@link componentKey}. Those of a component come as one text, a line for each: ten years of
 * daily charges are thousands of rows of many columns, which cost more to receive one by one than to rate. No column has a space in it.
 */
export async function chargesOnRecord(reader: Reader, componentIds: readonly string[]): Promise<Map<string, ChargeOnRecord[]>> {
  const rows = await reader.query<{ componentType: ComponentType; componentId: string; lines: string }>(
    `SELECT component_type AS "componentType", component_id AS "componentId",
            string_agg(concat_ws(' ', id, kind, coalesce(corrects::text, '-'), payer_type, payer_id, stretch_start, stretch_end, period_start, period_end,
              period_total_minor, subsidy_total_minor, quantity, unit_price_minor, tax_inclusive, tax_category, coalesce(plan_id::text, '-')), E'\n') AS lines
       FROM subscriptions.charge WHERE component_id = ANY ($1::uuid[]) GROUP BY component_id, component_type`,
    [componentIds],
  );
  return new Map(rows.map(({ componentType, componentId, lines }) => [componentKey(componentType, componentId), lines.split('\n').map(onRecord)]));
}

function onRecord(line: string): ChargeOnRecord {
  const columns = line.split(' ') as unknown as Columns;
  const [id, kind, corrects, payerType, payerId, start, end, periodStart, periodEnd, total, subsidy, quantity, unitPrice, taxInclusive, taxCategory, planId] = columns;
  return {
    id: BigInt(id), kind, corrects: corrects === '-' ? null : BigInt(corrects), start, end,
    payer: { type: payerType, id: payerId },
    period: { start: periodStart, end: periodEnd },
    rate: {
      totalMinor: BigInt(total), subsidyMinor: BigInt(subsidy), quantity, unitPriceMinor: BigInt(unitPrice), taxInclusive: taxInclusive === 't', taxCategory,
      planId: planId === '-' ? null : planId, payerType, words: '',
    },
  };
}

/** The columns of a line in their order. */
type Columns = readonly [
  id: string, kind: 'charge' | 'credit', corrects: string, payerType: 'company' | 'member', payerId: string, start: LocalDate, end: LocalDate,
  periodStart: LocalDate, periodEnd: LocalDate, total: string, subsidy: string, quantity: string, unitPrice: string, taxInclusive: 't' | 'f',
  taxCategory: TaxCategory, planId: PlanId | '-',
];

/** Puts charges on record; one statement however many there are. The database checks them against the whole record. */
export async function insertCharges(tx: Tx, charges: readonly ComponentCharge[], runId: RunId): Promise<void> {
  if (charges.length === 0) return;
  const column = <T>(of: (one: ComponentCharge) => T) => charges.map(of);
  await tx.execute(
    `INSERT INTO subscriptions.charge (run_id, component_type, component_id, issuer_id, contract_id, company_id, currency,
       payer_type, payer_id, kind, corrects, stretch_start, stretch_end, period_start, period_end, period_total_minor,
       subsidy_total_minor, amount_minor, quantity, unit_price_minor, tax_inclusive, tax_category, plan_id, explanation, facts)
     SELECT $1::uuid, c.* FROM unnest($2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::uuid[],
       $10::text[], $11::bigint[], $12::date[], $13::date[], $14::date[], $15::date[], $16::bigint[], $17::bigint[], $18::bigint[],
       $19::numeric[], $20::bigint[], $21::bool[], $22::text[], $23::uuid[], $24::text[], $25::jsonb[]) AS c`,
    [
      runId,
      column(({ component }) => component.type),
      column(({ component }) => component.id),
      column(({ component }) => component.issuerId),
      column(({ component }) => component.contractId),
      column(({ component }) => component.companyId),
      column(({ component }) => component.currency),
      column(({ charge }) => charge.payer.type),
      column(({ charge }) => charge.payer.id),
      column(({ charge }) => charge.kind),
      column(({ charge }) => charge.corrects),
      column(({ charge }) => charge.start),
      column(({ charge }) => charge.end),
      column(({ charge }) => charge.period.start),
      column(({ charge }) => charge.period.end),
      column(({ charge }) => charge.rate.totalMinor),
      column(({ charge }) => charge.rate.subsidyMinor),
      column(({ charge }) => charge.amountMinor),
      column(({ charge }) => charge.rate.quantity),
      column(({ charge }) => charge.rate.unitPriceMinor),
      column(({ charge }) => charge.rate.taxInclusive),
      column(({ charge }) => charge.rate.taxCategory),
      column(({ charge }) => charge.rate.planId),
      column(({ explanation }) => explanation),
      column(({ facts }) => JSON.stringify(facts)),
    ],
  );
}
