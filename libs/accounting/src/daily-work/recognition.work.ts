// A day of an issuer: on the first of a month, the revenue that the month before has earned is recognised.
import { Injectable } from '@nestjs/common';
import { addDays, dayOfMonth } from '@countinghouse/kernel';
import { DailyWork, DailyWorkDone, DailyWorkProvider, DayPhase, IssuerDay, Runs } from '@countinghouse/platform';
import { StartRecognitionRun } from '../use-cases/start-recognition-run';

@Injectable()
@DailyWorkProvider()
export class RecognitionWork implements DailyWork {
  readonly phase: DayPhase = 'ledger';
  readonly name: string = 'accounting.recognition';

  constructor(
    private readonly startRecognition: StartRecognitionRun,
    private readonly runs: Runs,
  ) {}

  async perform({ issuerId, day, actor }: IssuerDay): Promise<DailyWorkDone> {
    if (dayOfMonth(day) !== 1) return {};
    const { id } = await this.startRecognition.execute({ issuerId, through: addDays(day, -1) }, actor);
    const run = await this.runs.drain(id);
    if (run.state !== 'succeeded') throw new Error(`the recognition run ${id} is ${run.state}: ${run.error}`);
    return { result: { recognitionRuns: 1, recognitionEntries: BigInt(run.result['entries'] ?? 0) } };
  }
}
