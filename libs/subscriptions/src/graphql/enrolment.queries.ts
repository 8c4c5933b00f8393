// Reads of enrolments for the API, with what their timelines say today.
import { byKey, groupedBy, keysetPages, Where, type Actor, type KeysetQuery, type Page, type PageArgs, type Reader } from '@countinghouse/platform';
import type { EnrolmentChangeType, EnrolmentType } from './enrolment.type';

const ENROLMENT = `e.id, e.contract_id AS "contractId", e.member_id AS "memberId", s.life, s.starts_on AS "startsOn", s.ends_on AS "endsOn",
  coalesce(s.plan_id, e.plan_id) AS "planId", s.paused, s.in_trial AS "inTrial", CASE WHEN s.payroll THEN 'payroll' ELSE 'card' END AS "askedBy"`;
const ENROLMENTS = `subscriptions.enrolment e JOIN platform.issuer i ON i.id = e.issuer_id
  CROSS JOIN LATERAL subscriptions.enrolment_state_of(e.id, (coalesce(i.test_clock_at, now()) AT TIME ZONE i.time_zone)::date) AS s`;

export async function enrolmentsByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, EnrolmentType>> {
  const where = new Where().when(ids, (p) => `e.id = ANY(${p}::uuid[])`).inScope(actor, 'e.issuer_id');
  return byKey(await reader.query<EnrolmentType>(`SELECT ${ENROLMENT} FROM ${ENROLMENTS} WHERE ${where.and()}`, where.params), 'id');
}

/** By member. */
export async function enrolmentsOfContracts(reader: Reader, contracts: readonly string[], page: PageArgs, actor: Actor): Promise<Map<string, Page<EnrolmentType>>> {
  const query: KeysetQuery = {
    list: 'contract-enrolments',
    select: ENROLMENT,
    from: ENROLMENTS,
    where: new Where().inScope(actor, 'e.issuer_id'),
    orderBy: [{ sql: 'e.member_id', type: 'uuid' }, { sql: 'e.id', type: 'uuid' }],
    direction: 'ascending',
  };
  return keysetPages(reader, query, page, contracts, 'e.contract_id');
}

/** In the order in which they were made; a person has a handful. */
export async function enrolmentsOfMembers(reader: Reader, members: readonly string[], actor: Actor): Promise<Map<string, EnrolmentType[]>> {
  const where = new Where().when(members, (p) => `m.id = ANY(${p}::uuid[])`).inScope(actor, 'e.issuer_id');
  const rows = await reader.query<EnrolmentType>(
    `SELECT ${ENROLMENT} FROM companies.member m JOIN subscriptions.contract c ON c.company_id = m.company_id
       JOIN ${ENROLMENTS} ON true WHERE ${where.and('e.contract_id = c.id AND e.member_id = m.id')} ORDER BY e.id`,
    where.params,
  );
  return groupedBy(rows, 'memberId');
}

/** As it was recorded. */
export async function timelinesOfEnrolments(reader: Reader, enrolments: readonly string[]): Promise<Map<string, EnrolmentChangeType[]>> {
  const rows = await reader.query<EnrolmentChangeType>(
    `SELECT enrolment_id AS "enrolmentId", seq, effective_on AS "effectiveOn", kind, plan_id AS "planId", recorded_at AS "recordedAt",
            recorded_by AS "recordedBy", reason
       FROM subscriptions.enrolment_change WHERE enrolment_id = ANY($1::uuid[]) ORDER BY enrolment_id, seq`,
    [enrolments],
  );
  return groupedBy(rows, 'enrolmentId');
}
