// The run kind accounting.recognition: contract to use case, nothing else.
import { Injectable } from '@nestjs/common';
import { ChunkOutcome, PlannedChunk, Run, RunHandler, RunKind, Tx } from '@countinghouse/platform';
import { ScheduleRange } from '../persistence/revenue.queries';
import { RecogniseRevenue, RecognitionInput } from '../use-cases/recognise-revenue';
import { RECOGNITION_RUN } from '../use-cases/start-recognition-run';

@Injectable()
@RunKind({ kind: RECOGNITION_RUN, queue: 'accounting' })
export class RecognitionRun implements RunHandler<RecognitionInput, ScheduleRange> {
  constructor(private readonly recogniseRevenue: RecogniseRevenue) {}

  plan(tx: Tx, run: Run<RecognitionInput>): Promise<PlannedChunk<ScheduleRange>[]> {
    return this.recogniseRevenue.plan(tx, run.input);
  }

  processInTx(tx: Tx, chunk: ScheduleRange, run: Run<RecognitionInput>): Promise<ChunkOutcome> {
    return this.recogniseRevenue.execute(tx, run.input, chunk, run.id);
  }
}
