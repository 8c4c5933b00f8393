// PauseEnrolments: days that owe nothing, for as long as is asked for or as the contract allows.
import { Injectable } from '@nestjs/common';
import { LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { pause } from '../domain/enrolment-acts';
import { ActedOn, EnrolmentAct, EnrolmentActs } from './enrolment-acts';

export interface PauseEnrolmentsInput extends EnrolmentAct {
  /** Today unless said otherwise. */
  readonly from?: LocalDate;
  /** The first day after the pause; the longest that is allowed unless said otherwise. */
  readonly until?: LocalDate;
}

@Injectable()
export class PauseEnrolments {
  constructor(private readonly acts: EnrolmentActs) {}

  /** @throws as {@link EnrolmentActs.act}; refuses one by one as {@link pause} says */
  async execute({ from, until, ...act }: PauseEnrolmentsInput, actor: Actor): Promise<ActedOn> {
    return this.acts.act('pause-enrolment', act, actor, ({ changes }, { today, policies }) => pause(changes, from ?? today, until ?? null, policies.pauseDaysMax));
  }
}
