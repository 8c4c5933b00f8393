// Starts the run that revalues an issuer's foreign currency at the end of a month.
import { Injectable } from '@nestjs/common';
import { Actor, authorise, Database, Run, Runs } from '@countinghouse/platform';
import { RevaluationInput } from './revalue-month';

export const REVALUATION_RUN = 'accounting.revaluation';

@Injectable()
export class StartRevaluationRun {
  constructor(
    private readonly database: Database,
    private readonly runs: Runs,
  ) {}

  /** Returns the active run for the same issuer and month if there is one. */
  async execute(input: RevaluationInput, actor: Actor): Promise<Run<RevaluationInput>> {
    authorise(actor, 'accountant', input.issuerId);
    const run = { kind: REVALUATION_RUN, key: `${input.issuerId} ${input.periodStart}`, input };
    return this.database.transaction((tx) => this.runs.start(tx, run, actor));
  }
}
