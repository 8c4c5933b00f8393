// RecordEnrolmentChanges: the one way onto the timelines of enrolments for acts and files. Within the membership, and companies are told.
import { Injectable } from '@nestjs/common';
import { Companies } from '@countinghouse/companies';
import { EnrolmentId, LocalDate, maxDate, MemberId } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';
import { NewEnrolmentChange } from '../domain/enrolment-acts';
import { tellCompanies } from '../persistence/enrolment.queries';
import { appendEnrolmentChanges, Origin } from '../persistence/timeline.queries';
import { FollowLeaving } from './follow-leaving';

/** What is to be recorded of one enrolment. */
export interface ChangesOfEnrolment {
  readonly enrolmentId: EnrolmentId;
  readonly memberId: MemberId;
  readonly changes: readonly NewEnrolmentChange[];
  /** The day it is: the member shows as enrolled by it. */
  readonly today: LocalDate;
}

@Injectable()
export class RecordEnrolmentChanges {
  constructor(
    private readonly companies: Companies,
    private readonly followLeaving: FollowLeaving,
  ) {}

  /** In the order given; the caller holds the enrolments, and of those that begin the contracts. A constant number of statements. */
  async execute(tx: Tx, recorded: readonly ChangesOfEnrolment[], origin: Origin): Promise<void> {
    const changes = recorded.flatMap(({ enrolmentId, changes: some }) => some.map((change) => ({ enrolmentId, change })));
    if (changes.length === 0) return;
    await appendEnrolmentChanges(tx, changes, origin);
    const living = recorded.filter(({ changes: some }) => some.some(({ kind }) => kind === 'start' || kind === 'end'));
    if (living.length === 0) return;
    const memberIds = living.map(({ memberId }) => memberId);
    await this.followLeaving.keepWithinMembership(tx, memberIds);
    await tellCompanies(tx, this.companies, memberIds, living.map(({ today }) => today).reduce(maxDate));
  }
}
