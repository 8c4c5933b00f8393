// Recognises revenue that schedules have earned: cuts them into chunks, and posts what each chunk has earned.
import { Injectable } from '@nestjs/common';
import { IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import type { RevenueEarnedFact } from '@countinghouse/contracts';
import { ChunkOutcome, PlannedChunk, Tx } from '@countinghouse/platform';
import { Recognition, recognitionsDue } from '../domain/revenue-schedule';
import { dueRanges, insertRecognitions, lockDueSchedules, ScheduleRange } from '../persistence/revenue.queries';
import { RecordFacts } from './record-facts';

export interface RecognitionInput {
  readonly issuerId: IssuerId;
  /** Revenue is recognised up to and including this day, and posted on it. */
  readonly through: LocalDate;
}

const SCHEDULES_PER_CHUNK = 5_000;

@Injectable()
export class RecogniseRevenue {
  constructor(private readonly recordFacts: RecordFacts) {}

  async plan(tx: Tx, { issuerId, through }: RecognitionInput): Promise<PlannedChunk<ScheduleRange>[]> {
    const ranges = await dueRanges(tx, issuerId, through, SCHEDULES_PER_CHUNK);
    return ranges.map(({ schedules, ...input }) => ({ items: schedules, input }));
  }

  /**
   * Recognises a range of schedules: one journal entry per currency, so that a month of a million lines is a few hundred
   * entries; the recognitions say which line has which part of it. Running it again finds nothing to recognise.
   */
  async execute(tx: Tx, { issuerId, through }: RecognitionInput, range: ScheduleRange, runId: RunId): Promise<ChunkOutcome> {
    const due = [...recognitionsDue(await lockDueSchedules(tx, issuerId, through, range), through)].map(
      ([currency, recognitions]) => ({ currency, recognitions, amountMinor: sum(recognitions) }),
    );
    const facts = due
      .filter(({ amountMinor }) => amountMinor !== 0n)
      .map(
        ({ currency, amountMinor }): RevenueEarnedFact => ({
          kind: 'revenue-earned',
          issuerId,
          sourceType: 'recognition-run',
          sourceId: `${runId}/${range.firstId}-${range.lastId}/${currency}`,
          on: through,
          currency,
          amountMinor,
        }),
      );
    const posted = await this.recordFacts.execute(tx, facts);
    const entryIds = new Map(facts.map((fact, index) => [fact.currency, posted[index]!.entryId]));
    const recognitions = due.flatMap(({ currency, recognitions }) =>
      recognitions.map((recognition) => ({ ...recognition, entryId: entryIds.get(currency) ?? null })),
    );
    await insertRecognitions(tx, through, recognitions);
    return { result: { recognitions: recognitions.length, entries: facts.length, ...recognisedByCurrency(facts) } };
  }
}

function sum(recognitions: readonly Recognition[]): bigint {
  return recognitions.reduce((total, { amountMinor }) => total + amountMinor, 0n);
}

function recognisedByCurrency(facts: readonly RevenueEarnedFact[]): Record<string, bigint> {
  return Object.fromEntries(facts.map(({ currency, amountMinor }) => [`recognised${currency}Minor`, amountMinor]));
}
