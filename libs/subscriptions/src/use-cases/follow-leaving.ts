// FollowLeaving: enrolments end with the membership, and go on when it does after all. Companies tell of it; nobody else is asked.
import { Injectable } from '@nestjs/common';
import { Companies } from '@countinghouse/companies';
import { EnrolmentId, LocalDate, MemberId, timeZone } from '@countinghouse/kernel';
import { AppClock, Tx } from '@countinghouse/platform';
import { livesOf } from '../domain/contract-days';
import { leave, LEAVING } from '../domain/enrolment-acts';
import { HeldEnrolment, holdEnrolments, Stay, staysOf, tellCompanies } from '../persistence/enrolment.queries';
import { appendEnrolmentChanges } from '../persistence/timeline.queries';

@Injectable()
export class FollowLeaving {
  constructor(
    private readonly companies: Companies,
    private readonly clock: AppClock,
  ) {}

  /**
   * Takes the day of leaving from the members themselves, so that what is told late, twice or out of order comes to the same. A day in
   * a closed period is followed all the same: the people are gone, and the correction is billed in the first open one. A constant
   * number of statements; gives how many enrolments changed.
   */
  async execute(tx: Tx, memberIds: readonly MemberId[]): Promise<number> {
    return this.follow(tx, memberIds, 'true');
  }

  /** Acts and imports end with this, so that nothing they do outlasts a membership. Most members stay, and cost one look. */
  async keepWithinMembership(tx: Tx, memberIds: readonly MemberId[]): Promise<number> {
    return this.follow(tx, memberIds, '(m.left_on IS NOT NULL OR m.earlier_left_on IS NOT NULL)');
  }

  private async follow(tx: Tx, memberIds: readonly MemberId[], which: string): Promise<number> {
    const of = await tx.query<{ id: EnrolmentId }>(
      `SELECT e.id FROM companies.member m JOIN subscriptions.contract k ON k.company_id = m.company_id
        CROSS JOIN LATERAL (SELECT o.id FROM subscriptions.enrolment o WHERE o.contract_id = k.id AND o.member_id = m.id OFFSET 0) AS e
        WHERE m.id = ANY ($1::uuid[]) AND ${which}`,
      [memberIds],
    );
    if (of.length === 0) return 0;
    const { enrolments } = await holdEnrolments(tx, of.map(({ id }) => id), 0);
    const stays = await staysOf(tx, memberIds);
    const changed = enrolments.map((enrolment) => ({ enrolment, changes: leave(enrolment.changes, endOfStay(enrolment, stays.get(enrolment.memberId)!)) })).filter(({ changes }) => changes.length > 0);
    const changes = changed.flatMap(({ enrolment, changes: some }) => some.map((change) => ({ enrolmentId: enrolment.id, change })));
    await appendEnrolmentChanges(tx, changes, { by: LEAVING, reason: 'the company says so' });
    await tellCompanies(tx, this.companies, changed.map(({ enrolment }) => enrolment.memberId), this.clock.today(timeZone('UTC')));
    return changed.length;
  }
}

/** An enrolment belongs to the stay in which it began: who comes back after a while enrols anew. */
function endOfStay({ changes }: HeldEnrolment, stays: readonly Stay[]): LocalDate | null {
  const [first] = livesOf(changes.filter(({ recordedBy }) => recordedBy !== LEAVING));
  const stay = stays.findLast(({ eligibleFrom }) => first !== undefined && eligibleFrom <= first.start) ?? stays.at(-1)!;
  return stay.leftOn;
}
