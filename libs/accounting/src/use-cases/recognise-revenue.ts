// Recognises revenue that schedules have earned: cuts them into chunks, and posts what each chunk has earned.
import { Injectable } from '@nestjs/common';
import { IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import type { RevenueEarnedFact } from '@countinghouse/contracts';
import { ChunkOutcome, PlannedChunk, Tx } from '@countinghouse/platform';
import { Recognition, recognitionsDue } from '../domain/revenue-schedule';
import { takePostingPeriods } from '../persistence/journal.queries';
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
    // The period before the schedules, as whoever posts a credit note does: neither waits for the other in a circle.
    await takePostingPeriods(tx, [{ issuerId, day: through, closingWork: true }]);
    const due = [...recognitionsDue(await lockDueSchedules(tx, issuerId, through, range), through)].map(
      ([name, { currency, isForeign, recognitions }]) => ({ name, currency, isForeign, recognitions, ...sums(recognitions) }),
    );
    const posting = due.filter(({ amountMinor }) => amountMinor !== 0n);
    const facts = posting.map(
      ({ name, currency, isForeign, amountMinor, functionalAmountMinor }): RevenueEarnedFact => ({
        kind: 'revenue-earned',
        issuerId,
        sourceType: 'recognition-run',
        sourceId: `${runId}/${range.firstId}-${range.lastId}/${name}`,
        on: through,
        currency,
        amountMinor,
        ...(isForeign ? { functionalAmountMinor } : {}),
      }),
    );
    const posted = await this.recordFacts.execute(tx, facts);
    const entryIds = new Map(posting.map(({ name }, index) => [name, posted[index]!.entryId]));
    const recognitions = due.flatMap(({ name, recognitions }) =>
      recognitions.map((recognition) => ({ ...recognition, through, entryId: entryIds.get(name) ?? null })),
    );
    await insertRecognitions(tx, recognitions);
    return { result: { recognitions: recognitions.length, entries: facts.length, ...recognisedByCurrency(facts) } };
  }
}

function sums(recognitions: readonly Recognition[]): { amountMinor: bigint; functionalAmountMinor: bigint } {
  let amountMinor = 0n;
  let functionalAmountMinor = 0n;
  for (const recognition of recognitions) {
    amountMinor += recognition.amountMinor;
    functionalAmountMinor += recognition.functionalAmountMinor;
  }
  return { amountMinor, functionalAmountMinor };
}

function recognisedByCurrency(facts: readonly RevenueEarnedFact[]): Record<string, bigint> {
  const recognised: Record<string, bigint> = {};
  for (const { currency, amountMinor } of facts) {
    const key = `recognised${currency}Minor`;
    recognised[key] = (recognised[key] ?? 0n) + amountMinor;
  }
  return recognised;
}
