// The SQL of clocks: which companies a move or a contract would put on two of them. Where there is no test clock, nothing is looked at.
import { CompanyId, IssuerId } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';

/** Tied with somebody on one clock, and to be tied with somebody on another: in both directions. */
const BETWEEN = (one: string, other: string) => `
  EXISTS (SELECT FROM clock t WHERE EXISTS (SELECT FROM tested k WHERE k.issuer_id = t.issuer_id AND k.company_id = ${one})
                                AND EXISTS (SELECT FROM strange k WHERE k.issuer_id = t.issuer_id AND k.company_id = ${other}))`;

/** The test clocks on which any of the companies lives, with all who live on them and all who live on others. */
const CLOCKS_OF = (ids: string) => `
  tested AS MATERIALIZED (SELECT issuer_id, company_id FROM subscriptions.companies_on_test_clocks()),
  clock AS MATERIALIZED (SELECT DISTINCT issuer_id FROM tested WHERE company_id IN (${ids})),
  strange AS MATERIALIZED (SELECT issuer_id, company_id FROM subscriptions.companies_on_other_clocks((SELECT array_agg(issuer_id) FROM clock)))`;

export interface MoveBetweenClocks {
  readonly companyId: CompanyId;
  readonly number: string;
  readonly targetId: CompanyId;
  readonly targetNumber: string;
}

/** Companies that would be paid for by one that lives on another clock. */
export async function movesBetweenClocks(reader: Reader, moves: readonly { companyId: CompanyId; targetId: CompanyId }[]): Promise<MoveBetweenClocks[]> {
  if (moves.length === 0) return [];
  return reader.query(
    `WITH asked AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS a (company_id, target_id)),
     ${CLOCKS_OF('SELECT company_id FROM asked UNION SELECT target_id FROM asked')}
     SELECT a.company_id AS "companyId", c.number, a.target_id AS "targetId", t.number AS "targetNumber"
       FROM asked a JOIN companies.company c ON c.id = a.company_id JOIN companies.company t ON t.id = a.target_id
      WHERE ${BETWEEN('a.company_id', 'a.target_id')} OR ${BETWEEN('a.target_id', 'a.company_id')}`,
    [moves.map(({ companyId }) => companyId), moves.map(({ targetId }) => targetId)],
  );
}

/** Those of the contracts that would put their company on a second clock, by their place in the list. */
export async function contractsBetweenClocks(reader: Reader, contracts: readonly { companyId: CompanyId; issuerId: IssuerId }[]): Promise<Set<number>> {
  if (contracts.length === 0) return new Set();
  const rows = await reader.query<{ no: number }>(
    `WITH asked AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS a (company_id, issuer_id, no)),
     tested AS MATERIALIZED (SELECT issuer_id, company_id FROM subscriptions.companies_on_test_clocks()),
     clock AS MATERIALIZED (SELECT i.id AS issuer_id FROM platform.issuer i WHERE i.test_clock_at IS NOT NULL AND i.id IN (SELECT issuer_id FROM asked)),
     strange AS MATERIALIZED (SELECT issuer_id, company_id FROM subscriptions.companies_on_other_clocks((SELECT array_agg(issuer_id) FROM clock)))
     SELECT (a.no - 1)::int AS no FROM asked a
      WHERE EXISTS (SELECT FROM tested k WHERE k.company_id = a.company_id AND k.issuer_id <> a.issuer_id)
         OR EXISTS (SELECT FROM strange k WHERE k.company_id = a.company_id AND k.issuer_id = a.issuer_id)`,
    [contracts.map(({ companyId }) => companyId), contracts.map(({ issuerId }) => issuerId)],
  );
  return new Set(rows.map(({ no }) => no));
}
