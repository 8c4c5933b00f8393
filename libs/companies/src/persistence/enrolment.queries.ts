// The SQL of the days on which members hold a running enrolment, as other contexts tell them.
import { LocalDate, MemberId } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';
import { appendHeadcount, beforeHeadcount, HeadcountSource } from './headcount.queries';

/** How long nobody may have looked, so that an end that has come is still seen. */
const DAYS_LOOKED_BACK = 60;

export interface ToldEnrolment {
  readonly memberId: MemberId;
  readonly on: LocalDate;
  readonly enrolled: boolean;
}

/**
 * What a member's status is when nobody has a day of leaving on record for it: the last day that was told decides, but an end that lies
 * ahead does not yet. The contracts of many people have one from the first day on.
 * @param today the SQL of a day, or null: then an end counts wherever it lies
 */
export function statusInCompany(today: string): string {
  return `
  CASE WHEN (SELECT e.enrolled FROM companies.member_enrolment e
              WHERE e.member_id = m.id AND (e.enrolled OR e.effective_on <= coalesce(${today}::date, 'infinity'))
              ORDER BY e.effective_on DESC LIMIT 1)
       THEN 'enrolled' ELSE 'eligible' END`;
}

/** Of two changes of one member on one day the later in the list holds. Gives how many members have changed. */
export async function recordEnrolment(tx: Tx, told: readonly ToldEnrolment[], today: LocalDate | null, source: HeadcountSource | null): Promise<number> {
  if (told.length === 0) return 0;
  const last = [...new Map(told.map((each) => [`${each.memberId} ${each.on}`, each])).values()];
  const ids = [...new Set(last.map(({ memberId }) => memberId))];
  const before = await beforeHeadcount(tx, ids);
  const changed = await tx.query<{ member_id: MemberId }>(
    `WITH written AS (
       INSERT INTO companies.member_enrolment AS e (member_id, effective_on, enrolled)
       SELECT * FROM unnest($1::uuid[], $2::date[], $3::boolean[]) AS told(member_id, effective_on, enrolled) ORDER BY 1, 2
       ON CONFLICT (member_id, effective_on) DO UPDATE SET enrolled = excluded.enrolled WHERE e.enrolled <> excluded.enrolled
       RETURNING member_id
     )
     SELECT DISTINCT member_id FROM written`,
    [last.map(({ memberId }) => memberId), last.map(({ on }) => on), last.map(({ enrolled }) => enrolled)],
  );
  if (changed.length === 0) return 0;
  await showStatus(tx, changed.map(({ member_id: id }) => id), today);
  await appendHeadcount(tx, ids, before, source);
  return changed.length;
}

async function showStatus(tx: Tx, ids: readonly MemberId[], today: LocalDate | null): Promise<void> {
  const status = statusInCompany('$2');
  await tx.execute(`UPDATE companies.member m SET status = ${status} WHERE m.id = ANY ($1::uuid[]) AND m.left_on IS NULL AND m.status <> ${status}`, [ids, today]);
}

/** Shows of so many members that an end that lay ahead when it was told has come, by the day of their company. Gives how many there were. */
export async function showEnded(tx: Tx, at: Date, atOnce: number): Promise<number> {
  return tx.execute(
    `UPDATE companies.member SET status = 'eligible' WHERE id IN (
       SELECT m.id FROM companies.member m JOIN companies.company c ON c.id = m.company_id
        CROSS JOIN LATERAL (SELECT ($1::timestamptz AT TIME ZONE c.time_zone)::date AS day) AS today
        WHERE m.status = 'enrolled' AND m.left_on IS NULL AND ${statusInCompany('today.day')} <> 'enrolled'
          AND m.id IN (SELECT e.member_id FROM companies.member_enrolment e
                        WHERE NOT e.enrolled AND e.effective_on BETWEEN $1::date - ${DAYS_LOOKED_BACK} AND $1::date + 1)
        ORDER BY m.id LIMIT ${atOnce} FOR NO KEY UPDATE OF m SKIP LOCKED)`,
    [at],
  );
}
