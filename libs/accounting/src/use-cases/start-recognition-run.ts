// Starts the run that recognises an issuer's revenue up to a day.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor, AppClock, authorise, Database, issuerDay, Run, Runs } from '@countinghouse/platform';
import { RecognitionInput } from './recognise-revenue';

export const RECOGNITION_RUN = 'accounting.recognition';

@Injectable()
export class StartRecognitionRun {
  constructor(
    private readonly database: Database,
    private readonly runs: Runs,
    private readonly clock: AppClock,
  ) {}

  /** Returns the active run for the same issuer and day if there is one. @throws DomainError FORBIDDEN, NOT_EARNED_YET */
  async execute(input: RecognitionInput, actor: Actor): Promise<Run<RecognitionInput>> {
    authorise(actor, 'accountant', input.issuerId);
    const run = { kind: RECOGNITION_RUN, key: `${input.issuerId} ${input.through}`, input };
    const now = this.clock.now();
    return this.database.transaction(async (tx) => {
      refuseFuture(input.through, await issuerDay(tx, input.issuerId, now));
      return this.runs.start(tx, run, actor);
    });
  }
}

/** Nobody takes recognised revenue back, so a year that was mistyped would earn everything that is deferred, for good. */
function refuseFuture(through: LocalDate, today: LocalDate): void {
  if (through <= today) return;
  throw new DomainError('NOT_EARNED_YET', `Nothing is earned through ${through} yet; for the issuer it is ${today}.`, {
    field: 'through',
    value: through,
    remedy: `Recognise through ${today} or an earlier day.`,
  });
}
