// The SQL of a billing plan: who is billed together, in chunks of a bounded size or in groups.
import { CompanyId, EnrolmentId, IssuerId, LocalDate, MemberId } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';

/**
 * Contracts begun by the day, and those that were charged for days after it: what is on record is corrected whatever day a run is
 * about. OFFSET 0 keeps it a few looks at the index for each contract that has not begun.
 */
const BILLED_CONTRACTS = `
  SELECT k.id, k.company_id FROM subscriptions.contract k
   WHERE k.issuer_id = $1
     AND (k.id IN (SELECT contract_id FROM subscriptions.contract_change WHERE kind = 'start' AND effective_on <= $2::date)
          OR EXISTS (SELECT FROM subscriptions.fee_component f JOIN subscriptions.charge c ON c.component_id = f.id WHERE f.contract_id = k.id OFFSET 0)
          OR EXISTS (SELECT FROM subscriptions.enrolment e JOIN subscriptions.charge c ON c.component_id = e.id WHERE e.contract_id = k.id OFFSET 0))`;

/** Enrolments of contracts that are billed, by member, so many members to a chunk. */
export async function memberChunks(reader: Reader, issuerId: IssuerId, through: LocalDate, members: number): Promise<EnrolmentId[][][]> {
  const rows = await reader.query<{ members: EnrolmentId[][] }>(
    `SELECT json_agg(ids ORDER BY member_id) AS members
       FROM (SELECT e.member_id, json_agg(e.id ORDER BY e.id) AS ids, (row_number() OVER (ORDER BY e.member_id) - 1) / $3::int AS chunk
               FROM subscriptions.enrolment e WHERE e.issuer_id = $1 AND e.contract_id IN (SELECT id FROM (${BILLED_CONTRACTS}) AS billed)
              GROUP BY e.member_id) AS numbered
      GROUP BY chunk ORDER BY chunk`,
    [issuerId, through, members],
  );
  return rows.map((row) => row.members);
}

/** Companies that are billed together. */
export interface PayerGroup {
  readonly companyIds: readonly CompanyId[];
  /** Those of them whom the asked payers pay for, and these themselves; all if nobody in particular is asked for. */
  readonly askedIds: readonly CompanyId[];
  readonly enrolments: number;
}

/**
 * Companies with a contract that is billed, with whoever has ever paid for such a company, or with charges left unbilled. A payer
 * and all whom it pays for are one group, so that their fees are rated before it is billed; and a company that has moved puts
 * its payers into one group, because past days may be charged to each. With payers only the groups in which one of them is.
 */
export async function payerGroups(reader: Reader, issuerId: IssuerId, through: LocalDate, payerIds: readonly CompanyId[] | null): Promise<PayerGroup[]> {
  return reader.query<PayerGroup>(
    `WITH RECURSIVE asked AS (
       SELECT id FROM companies.company WHERE id = ANY ($3::uuid[]) OR payer_id = ANY ($3::uuid[])
     ), billed AS (
       SELECT company_id AS id FROM (${BILLED_CONTRACTS}) AS contract
       UNION SELECT payer_id FROM subscriptions.charge WHERE document_id IS NULL AND payer_type = 'company' AND issuer_id = $1
       UNION SELECT id FROM asked
     ), above AS (
       SELECT company_id AS id, target_id AS payer FROM companies.company_move WHERE kind = 'payer' AND target_id IS NOT NULL
       UNION SELECT a.id, m.target_id FROM above a JOIN companies.company_move m ON m.company_id = a.payer AND m.kind = 'payer' AND m.target_id IS NOT NULL
     ), beside AS (
       SELECT DISTINCT one.payer, other.payer AS other FROM above one JOIN above other ON other.id = one.id AND other.payer <> one.payer
     ), together AS (
       SELECT payer, other FROM beside UNION SELECT t.payer, b.other FROM together t JOIN beside b ON b.payer = t.other
     ), first_of_group AS (
       SELECT payer, least(payer, (array_agg(other ORDER BY other))[1]) AS first FROM together GROUP BY payer
     ), paying AS (
       SELECT e.id, coalesce(g.first, a.payer, e.id) AS payer
         FROM (SELECT id FROM billed UNION SELECT above.payer FROM billed JOIN above ON above.id = billed.id) AS e
         LEFT JOIN (SELECT DISTINCT ON (id) id, payer FROM above ORDER BY id, payer) AS a ON a.id = e.id
         LEFT JOIN first_of_group g ON g.payer = coalesce(a.payer, e.id)
     ), enrolled AS (
       SELECT k.company_id, count(*) AS n FROM subscriptions.enrolment e JOIN subscriptions.contract k ON k.id = e.contract_id
        WHERE e.issuer_id = $1 GROUP BY k.company_id
     )
     SELECT array_agg(p.id ORDER BY p.id) AS "companyIds",
            coalesce(array_agg(p.id ORDER BY p.id) FILTER (WHERE $3::uuid[] IS NULL OR asked.id IS NOT NULL), '{}') AS "askedIds",
            coalesce(sum(e.n), 0)::int AS enrolments
       FROM paying p LEFT JOIN enrolled e ON e.company_id = p.id LEFT JOIN asked ON asked.id = p.id
      GROUP BY p.payer HAVING $3::uuid[] IS NULL OR bool_or(asked.id IS NOT NULL) ORDER BY p.payer`,
    [issuerId, through, payerIds],
  );
}

/**
 * Whether something may become due on the day: a period of some contract of the issuer begins or ends on it, or a change of a
 * contract takes effect. A quarter's months count as well, because what was changed meanwhile is billed with the month.
 */
export async function hasBillingDay(reader: Reader, issuerId: IssuerId, day: LocalDate): Promise<boolean> {
  const { due } = await reader.one<{ due: boolean }>(
    `SELECT EXISTS (
       SELECT FROM subscriptions.contract k JOIN subscriptions.contract_change c ON c.contract_id = k.id
        WHERE k.issuer_id = $1
          AND (c.effective_on = $2::date
               OR (c.kind = 'cycle' AND c.effective_on < $2::date
                   AND least(c.anchor_day, extract(day FROM date_trunc('month', $2::date) + interval '1 month - 1 day')) = extract(day FROM $2::date)))) AS due`,
    [issuerId, day],
  );
  return due;
}

export interface EnrolmentOfMember {
  readonly id: EnrolmentId;
  readonly memberId: MemberId;
}

export async function enrolmentsOfCompanies(reader: Reader, issuerId: IssuerId, companyIds: readonly CompanyId[]): Promise<EnrolmentOfMember[]> {
  return reader.query<EnrolmentOfMember>(
    `SELECT e.id, e.member_id AS "memberId" FROM subscriptions.enrolment e JOIN subscriptions.contract k ON k.id = e.contract_id
      WHERE e.issuer_id = $1 AND k.company_id = ANY ($2::uuid[]) ORDER BY e.member_id, e.id`,
    [issuerId, companyIds],
  );
}
