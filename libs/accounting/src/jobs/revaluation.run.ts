// The run kind accounting.revaluation: contract to use case, nothing else.
import { Injectable } from '@nestjs/common';
import { ChunkOutcome, PlannedChunk, Run, RunHandler, RunKind, Tx } from '@countinghouse/platform';
import { ItemRange } from '../persistence/revaluation.queries';
import { RevaluationInput, RevalueMonth } from '../use-cases/revalue-month';
import { REVALUATION_RUN } from '../use-cases/start-revaluation-run';

@Injectable()
@RunKind({ kind: REVALUATION_RUN, queue: 'accounting' })
export class RevaluationRun implements RunHandler<RevaluationInput, ItemRange> {
  constructor(private readonly revalueMonth: RevalueMonth) {}

  plan(tx: Tx, run: Run<RevaluationInput>): Promise<PlannedChunk<ItemRange>[]> {
    return this.revalueMonth.plan(tx, run.input);
  }

  processInTx(tx: Tx, chunk: ItemRange, run: Run<RevaluationInput>): Promise<ChunkOutcome> {
    return this.revalueMonth.execute(tx, run.input, chunk, run.id);
  }
}
