// The SQL of a billing plan: who is billed together, in chunks of a bounded size.
import { CompanyId, EnrolmentId, IssuerId, LocalDate, MemberId } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';

/** Enrolments of contracts begun by the day, so many members to a chunk; all enrolments of a member lie in one chunk. */
export async function enrolmentChunks(reader: Reader, issuerId: IssuerId, through: LocalDate, members: number): Promise<EnrolmentId[][]> {
  const rows = await reader.query<{ ids: EnrolmentId[] }>(
    `SELECT array_agg(id ORDER BY member_id, id) AS ids
       FROM (SELECT e.id, e.member_id, (dense_rank() OVER (ORDER BY e.member_id) - 1) / $3::int AS chunk
               FROM subscriptions.enrolment e
              WHERE e.issuer_id = $1 AND e.contract_id IN (
                SELECT contract_id FROM subscriptions.contract_change WHERE kind = 'start' AND effective_on <= $2::date)) AS numbered
      GROUP BY chunk ORDER BY chunk`,
    [issuerId, through, members],
  );
  return rows.map((row) => row.ids);
}

/**
 * Companies with a contract begun by the day, with whoever has ever paid for such a company, or with charges left unbilled; so
 * many groups to a chunk. A payer and all whom it pays for are one group, so that their fees are rated before it is billed;
 * and a company that has moved puts its payers into one group, because past days may be charged to each.
 */
export async function companyChunks(reader: Reader, issuerId: IssuerId, through: LocalDate, payers: number): Promise<CompanyId[][]> {
  const rows = await reader.query<{ ids: CompanyId[] }>(
    `WITH RECURSIVE billed AS (
       SELECT company_id AS id FROM subscriptions.contract WHERE issuer_id = $1 AND id IN (
         SELECT contract_id FROM subscriptions.contract_change WHERE kind = 'start' AND effective_on <= $2::date)
       UNION SELECT payer_id FROM subscriptions.charge WHERE document_id IS NULL AND payer_type = 'company' AND issuer_id = $1
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
     )
     SELECT array_agg(id ORDER BY payer, id) AS ids
       FROM (SELECT id, payer, (dense_rank() OVER (ORDER BY payer) - 1) / $3::int AS chunk FROM paying) AS numbered
      GROUP BY chunk ORDER BY chunk`,
    [issuerId, through, payers],
  );
  return rows.map((row) => row.ids);
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

/** Companies to be billed together: payers with all whom they pay for. */
export interface PayerChunk {
  readonly payerIds: readonly CompanyId[];
  readonly companyIds: readonly CompanyId[];
  /** Payers and enrolments. */
  readonly items: number;
}

/** As {@link companyChunks}, weighed by their enrolments, because members are looked at with their companies. */
export async function payerChunks(
  reader: Reader,
  issuerId: IssuerId,
  through: LocalDate,
  payerIds: readonly CompanyId[] | null,
  weight: number,
): Promise<PayerChunk[]> {
  return reader.query<PayerChunk>(
    `WITH billed AS (
       SELECT company_id AS id FROM subscriptions.contract WHERE issuer_id = $1 AND id IN (
         SELECT contract_id FROM subscriptions.contract_change WHERE kind = 'start' AND effective_on <= $2::date)
       UNION SELECT payer_id FROM subscriptions.charge WHERE document_id IS NULL AND payer_type = 'company' AND issuer_id = $1
       UNION SELECT id FROM companies.company WHERE id = ANY ($3::uuid[]) OR payer_id = ANY ($3::uuid[])
     ), paying AS (
       SELECT coalesce(c.payer_id, c.id) AS payer, c.id FROM billed JOIN companies.company c ON c.id = billed.id
       UNION SELECT c.payer_id, c.payer_id FROM billed JOIN companies.company c ON c.id = billed.id WHERE c.payer_id IS NOT NULL
     ), enrolled AS (
       SELECT k.company_id, count(*) AS n FROM subscriptions.enrolment e JOIN subscriptions.contract k ON k.id = e.contract_id
        WHERE e.issuer_id = $1 GROUP BY k.company_id
     ), weighed AS (
       SELECT p.payer, array_agg(p.id ORDER BY p.id) AS ids, 1 + coalesce(sum(e.n), 0)::bigint AS items
         FROM paying p LEFT JOIN enrolled e ON e.company_id = p.id
        WHERE $3::uuid[] IS NULL OR p.payer = ANY ($3::uuid[]) GROUP BY p.payer
     ), numbered AS (
       SELECT payer, ids, items, (sum(items) OVER (ORDER BY payer) - items)::bigint / $4::int AS chunk FROM weighed
     )
     SELECT array_agg(payer ORDER BY payer) AS "payerIds",
            (SELECT array_agg(id ORDER BY id) FROM numbered n, unnest(n.ids) AS id WHERE n.chunk = numbered.chunk) AS "companyIds", sum(items)::int AS items
       FROM numbered GROUP BY chunk ORDER BY chunk`,
    [issuerId, through, payerIds, weight],
  );
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
