// FollowLeaving: enrolments end with the membership, and go on when it does after all. Companies tell of it; nobody else is asked.
import { Injectable } from '@nestjs/common';
import { Companies } from '@countinghouse/companies';
import { EnrolmentId, MemberId } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';
import { leave, LEAVING } from '../domain/enrolment-acts';
import { candidates, holdEnrolments, tellCompanies } from '../persistence/enrolment.queries';
import { appendEnrolmentChanges } from '../persistence/timeline.queries';

@Injectable()
export class FollowLeaving {
  constructor(private readonly companies: Companies) {}

  /**
   * Takes the day of leaving from the members themselves, so that what is told late, twice or out of order comes to the same. A day in
   * a closed period is followed all the same: the people are gone, and the correction is billed in the first open one. A constant
   * number of statements; gives how many enrolments changed. Acts and imports end with it, so that nothing they do outlasts a membership.
   */
  async execute(tx: Tx, memberIds: readonly MemberId[]): Promise<number> {
    const of = await tx.query<{ id: EnrolmentId }>(
      `SELECT e.id FROM companies.member m JOIN subscriptions.contract k ON k.company_id = m.company_id
         JOIN subscriptions.enrolment e ON e.contract_id = k.id AND e.member_id = m.id
        WHERE m.id = ANY ($1::uuid[])`,
      [memberIds],
    );
    if (of.length === 0) return 0;
    const { enrolments } = await holdEnrolments(tx, of.map(({ id }) => id), 0);
    const members = await candidates(tx, memberIds);
    const changed = enrolments.map((enrolment) => ({ enrolment, changes: leave(enrolment.changes, members.get(enrolment.memberId)!.leftOn) })).filter(({ changes }) => changes.length > 0);
    const changes = changed.flatMap(({ enrolment, changes: some }) => some.map((change) => ({ enrolmentId: enrolment.id, change })));
    await appendEnrolmentChanges(tx, changes, { by: LEAVING, reason: 'the company says so' });
    await tellCompanies(tx, this.companies, changed.map(({ enrolment }) => enrolment.memberId));
    return changed.length;
  }
}
