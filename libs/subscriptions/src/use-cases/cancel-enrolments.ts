// CancelEnrolments: now, with the period or on a day; what was charged for later days is credited by the next run.
import { Injectable } from '@nestjs/common';
import { LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { cancel } from '../domain/enrolment-acts';
import { dayOf } from './change-plan';
import { ActedOn, EnrolmentAct, EnrolmentActs } from './enrolment-acts';

export interface CancelEnrolmentsInput extends EnrolmentAct {
  /** Or a day, the first that is no longer enrolled; null takes the end back. */
  readonly when: 'now' | 'periodEnd' | LocalDate | null;
}

@Injectable()
export class CancelEnrolments {
  constructor(private readonly acts: EnrolmentActs) {}

  /** @throws as {@link EnrolmentActs.act}; refuses one by one with ENROLMENT_ENDS_BEFORE_IT_STARTS, ENROLMENT_NOT_RUNNING */
  async execute({ when, ...act }: CancelEnrolmentsInput, actor: Actor): Promise<ActedOn> {
    return this.acts.act('cancel-enrolment', act, actor, ({ changes }, contract) => cancel(changes, when === null ? null : dayOf(contract, when)));
  }
}
