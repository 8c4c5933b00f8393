// The SQL of the days on which members hold a running enrolment, as other contexts tell them.
import { LocalDate, MemberId } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';
import { appendHeadcount, beforeHeadcount, HeadcountSource } from './headcount.queries';

export interface ToldEnrolment {
  readonly memberId: MemberId;
  readonly on: LocalDate;
  readonly enrolled: boolean;
}

/** What a member's status is when nobody has a day of leaving on record for it: the last day that was told decides. */
export const STATUS_IN_COMPANY = `
  CASE WHEN (SELECT e.enrolled FROM companies.member_enrolment e WHERE e.member_id = m.id ORDER BY e.effective_on DESC LIMIT 1)
       THEN 'enrolled' ELSE 'eligible' END`;

/** Of two changes of one member on one day the later in the list holds. Gives how many members have changed. */
export async function recordEnrolment(tx: Tx, told: readonly ToldEnrolment[], source: HeadcountSource | null): Promise<number> {
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
  await tx.execute(
    `UPDATE companies.member m SET status = ${STATUS_IN_COMPANY}
      WHERE m.id = ANY ($1::uuid[]) AND m.left_on IS NULL AND m.status <> ${STATUS_IN_COMPANY}`,
    [changed.map(({ member_id: id }) => id)],
  );
  await appendHeadcount(tx, ids, before, source);
  return changed.length;
}
