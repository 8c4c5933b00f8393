// ResumeEnrolments: the pause that runs ends, or the next one does before it begins.
import { Injectable } from '@nestjs/common';
import { LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { resume } from '../domain/enrolment-acts';
import { ActedOn, EnrolmentAct, EnrolmentActs } from './enrolment-acts';

export interface ResumeEnrolmentsInput extends EnrolmentAct {
  /** The first day that owes again; today unless said otherwise. */
  readonly on?: LocalDate;
}

@Injectable()
export class ResumeEnrolments {
  constructor(private readonly acts: EnrolmentActs) {}

  /** @throws as {@link EnrolmentActs.act}; refuses one by one with ENROLMENT_NOT_PAUSED */
  async execute({ on, ...act }: ResumeEnrolmentsInput, actor: Actor): Promise<ActedOn> {
    return this.acts.act('resume-enrolment', act, actor, ({ changes }, { today }) => resume(changes, on ?? today));
  }
}
