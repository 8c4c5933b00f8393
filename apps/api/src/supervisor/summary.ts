// What lies in the database after the main job, in figures: for the table and for --json.
import { Currency, Money } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';

export interface Totals {
  readonly currency: string;
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
  readonly revenue: string;
  readonly deferred: string;
  readonly receivables: string;
}

export interface Figures {
  readonly companies: number;
  readonly members: number;
  readonly enrolments: number;
  readonly invoices: { readonly company: number; readonly member: number };
  readonly charges: number;
  readonly journalEntries: number;
  readonly postings: number;
  /** Succeeded and failed are final; pending is everything that can still move, soft declines that wait for their next day among them. */
  readonly payments: { readonly succeeded: number; readonly failed: number; readonly pending: number; readonly cancelled: number };
  /** By currency, decimal text. */
  readonly totals: readonly Totals[];
}

interface Counts {
  readonly companies: bigint;
  readonly members: bigint;
  readonly enrolments: bigint;
  readonly charges: bigint;
  readonly journal_entries: bigint;
  readonly postings: bigint;
}

interface CurrencyRow {
  readonly currency: Currency;
  readonly net_minor: bigint;
  readonly tax_minor: bigint;
  readonly gross_minor: bigint;
  readonly revenue_minor: bigint;
  readonly deferred_minor: bigint;
  readonly receivable_minor: bigint;
}

export async function readFigures(reader: Reader): Promise<Figures> {
  const counts = await reader.one<Counts>(
    `SELECT (SELECT count(*) FROM companies.company) AS companies,
            (SELECT count(*) FROM companies.member) AS members,
            (SELECT count(*) FROM subscriptions.enrolment) AS enrolments,
            (SELECT count(*) FROM subscriptions.charge) AS charges,
            (SELECT count(*) FROM accounting.journal_entry) AS journal_entries,
            (SELECT count(*) FROM accounting.posting) AS postings`,
  );
  const invoices = await countBy(
    reader,
    `SELECT payer_type AS key, count(*) AS n FROM invoicing.invoice WHERE state <> 'draft' AND document_type = 'invoice' GROUP BY 1`,
  );
  const payments = await countBy(reader, `SELECT state AS key, count(*) AS n FROM payments.payment GROUP BY 1`);
  return {
    companies: Number(counts.companies),
    members: Number(counts.members),
    enrolments: Number(counts.enrolments),
    invoices: { company: invoices('company'), member: invoices('member') },
    charges: Number(counts.charges),
    journalEntries: Number(counts.journal_entries),
    postings: Number(counts.postings),
    payments: {
      succeeded: payments('succeeded'),
      failed: payments('failed'),
      pending: payments('scheduled') + payments('processing') + payments('unknown'),
      cancelled: payments('cancelled'),
    },
    totals: await readTotals(reader),
  };
}

async function readTotals(reader: Reader): Promise<Totals[]> {
  const rows = await reader.query<CurrencyRow>(
    `WITH invoiced AS (
       SELECT currency, sum(net_minor)::bigint AS net_minor, sum(tax_minor)::bigint AS tax_minor, sum(gross_minor)::bigint AS gross_minor
         FROM invoicing.invoice WHERE state <> 'draft' AND document_type = 'invoice' GROUP BY currency),
     booked AS (
       SELECT currency, -sum(balance_minor) FILTER (WHERE account_role = 'revenue') AS revenue_minor,
              -sum(balance_minor) FILTER (WHERE account_role = 'deferred-revenue') AS deferred_minor,
              sum(balance_minor) FILTER (WHERE account_role = 'receivables') AS receivable_minor
         FROM accounting.account_balance GROUP BY currency)
     SELECT currency, coalesce(net_minor, 0) AS net_minor, coalesce(tax_minor, 0) AS tax_minor, coalesce(gross_minor, 0) AS gross_minor,
            coalesce(revenue_minor, 0)::bigint AS revenue_minor, coalesce(deferred_minor, 0)::bigint AS deferred_minor,
            coalesce(receivable_minor, 0)::bigint AS receivable_minor
       FROM invoiced FULL JOIN booked USING (currency) ORDER BY currency`,
  );
  return rows.map((row) => ({
    currency: row.currency,
    net: amount(row.net_minor, row.currency),
    tax: amount(row.tax_minor, row.currency),
    gross: amount(row.gross_minor, row.currency),
    revenue: amount(row.revenue_minor, row.currency),
    deferred: amount(row.deferred_minor, row.currency),
    receivables: amount(row.receivable_minor, row.currency),
  }));
}

async function countBy(reader: Reader, sql: string): Promise<(key: string) => number> {
  const rows = await reader.query<{ key: string; n: bigint }>(sql);
  const byKey = new Map(rows.map((row) => [row.key, Number(row.n)]));
  return (key) => byKey.get(key) ?? 0;
}

function amount(minor: bigint, currency: Currency): string {
  return Money.of(minor, currency).toDecimal();
}
