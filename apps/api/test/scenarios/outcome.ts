// What a main job came to, row by row and in the keys of the business: two houses that did the same work have the same outcome.
import { Database } from '@countinghouse/platform';

/** Each row as text, under the name of its table; ids, instants and the order of the work are left out. */
export type Outcome = Readonly<Record<string, readonly string[]>>;

const PAYER = `coalesce(payer.number, payer_company.number || ' ' || payer_member.employee_id)`;
const WITH_PAYER = `
  LEFT JOIN companies.company payer ON payer.id = of_payer.payer_id AND of_payer.payer_type = 'company'
  LEFT JOIN companies.member payer_member ON payer_member.id = of_payer.payer_id AND of_payer.payer_type = 'member'
  LEFT JOIN companies.company payer_company ON payer_company.id = payer_member.company_id`;

const ROWS: Readonly<Record<string, string>> = {
  members: `SELECT company.number, member.employee_id, member.name, member.email, member.status
              FROM companies.member JOIN companies.company ON company.id = member.company_id`,
  charges: `SELECT ${PAYER} AS payer, of_payer.component_type, of_payer.kind, of_payer.stretch_start, of_payer.stretch_end,
                   of_payer.period_total_minor, of_payer.amount_minor, of_payer.currency, of_payer.document_id IS NULL AS unbilled
              FROM subscriptions.charge of_payer ${WITH_PAYER}`,
  invoices: `SELECT ${PAYER} AS payer, of_payer.currency, of_payer.state, of_payer.net_minor, of_payer.tax_minor,
                    of_payer.gross_minor, of_payer.open_minor, of_payer.due_on - of_payer.issued_on AS days
               FROM invoicing.invoice of_payer ${WITH_PAYER}`,
  lines: `SELECT ${PAYER} AS payer, line.line_no, line.description, line.quantity, line.net_minor, line.tax_category, line.tax_rate,
                 line.service_start, line.service_end, line.charge_count
            FROM invoicing.invoice_line line JOIN invoicing.invoice of_payer ON of_payer.id = line.invoice_id ${WITH_PAYER}`,
  numbers: `SELECT series.prefix, series.next_number, min(sequence), max(sequence), count(*), count(DISTINCT number)
              FROM invoicing.invoice JOIN invoicing.series ON series.id = invoice.series_id GROUP BY series.id`,
  payments: `SELECT ${PAYER} AS payer, of_payer.currency, of_payer.amount_minor, of_payer.state,
                    (SELECT count(*) FROM payments.attempt WHERE attempt.payment_id = of_payer.id) AS attempts
               FROM payments.payment of_payer ${WITH_PAYER}`,
  allocations: `SELECT ${PAYER} AS payer, allocation.source_type, allocation.amount_minor
                  FROM invoicing.allocation JOIN invoicing.invoice of_payer ON of_payer.id = allocation.invoice_id ${WITH_PAYER}`,
  ledger: `SELECT issuer.code AS issuer, account.code, account.role, posting.currency, posting.party_type,
                  CASE posting.party_type WHEN 'provider' THEN posting.party_id ELSE ${PAYER} END AS party,
                  sum(posting.amount_minor) AS minor, sum(posting.functional_amount_minor) AS functional,
                  CASE account.role WHEN 'revenue' THEN NULL WHEN 'deferred-revenue' THEN NULL ELSE count(*) END AS postings
             FROM accounting.posting
             CROSS JOIN LATERAL (SELECT posting.party_type AS payer_type,
                                        CASE WHEN posting.party_type IN ('company', 'member') THEN posting.party_id::uuid END AS payer_id) of_payer
             JOIN accounting.account ON account.id = posting.account_id
             JOIN platform.issuer ON issuer.id = account.issuer_id ${WITH_PAYER}
            GROUP BY 1, 2, 3, 4, 5, 6`,
  recognised: `SELECT schedule.currency, schedule.service_start, schedule.service_end, count(*), sum(schedule.total_minor), sum(schedule.recognised_minor)
                 FROM accounting.revenue_schedule schedule GROUP BY 1, 2, 3`,
};

export async function outcomeOf(database: Database): Promise<Outcome> {
  const tables = await database.read(async (reader) => {
    const read: [string, string[]][] = [];
    for (const [table, sql] of Object.entries(ROWS)) {
      const rows = await reader.query<{ row: string }>(`SELECT row::text COLLATE "C" AS row FROM (${sql}) AS row ORDER BY 1`);
      read.push([table, rows.map(({ row }) => row)]);
    }
    return read;
  });
  return Object.fromEntries(tables);
}
