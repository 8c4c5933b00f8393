// Starts the run that recognises an issuer's revenue up to a day.
import { Injectable } from '@nestjs/common';
import { Actor, authorise, Database, Run, Runs } from '@countinghouse/platform';
import { RecognitionInput } from './recognise-revenue';

export const RECOGNITION_RUN = 'accounting.recognition';

@Injectable()
export class StartRecognitionRun {
  constructor(
    private readonly database: Database,
    private readonly runs: Runs,
  ) {}

  /** Returns the active run for the same issuer and day if there is one. */
  async execute(input: RecognitionInput, actor: Actor): Promise<Run<RecognitionInput>> {
    authorise(actor, 'accountant', input.issuerId);
    const run = { kind: RECOGNITION_RUN, key: `${input.issuerId} ${input.through}`, input };
    return this.database.transaction((tx) => this.runs.start(tx, run, actor));
  }
}
