// The run that moves a test clock: month by month, day by day, each day's work done before the next day begins.
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { addDays, addMonths, days, IssuerId, LocalDate, maxDate, minDate, startOfDay, startOfMonth, timeZone } from '@countinghouse/kernel';
import { z } from 'zod';
import { systemActor } from '../auth/actor';
import { issuerDay } from '../clock/issuer-day';
import { Database } from '../database/database';
import { Tx } from '../database/tx';
import { Deliveries } from '../outbox/deliveries';
import { ChunkOutcome, ParkedItem, PlannedChunk, Run, RunHandler, RunKind } from '../runs/run';
import { AdvanceTestClockInput, TEST_CLOCK_RUN } from './advance-test-clock';
import { DailyWorks, IssuerDay } from './daily-work';

/** Days that one chunk lives through, both included. */
interface Days {
  readonly first: LocalDate;
  readonly last: LocalDate;
}

const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 20;
/** How long a day waits for its events to arrive: others may be delivering them, or trying again. */
const ARRIVED_WITHIN_MS = 120_000;

const SHAPE = {
  input: z.strictObject({ issuerId: z.guid(), to: z.iso.date() }),
  chunk: z.strictObject({ first: z.iso.date(), last: z.iso.date() }),
};

@Injectable()
@RunKind({ kind: TEST_CLOCK_RUN, queue: 'test-clocks', limitMs: DAY_MS, shape: SHAPE })
export class TestClockRun implements RunHandler<AdvanceTestClockInput, Days> {
  constructor(
    private readonly database: Database,
    private readonly works: DailyWorks,
    private readonly deliveries: Deliveries,
  ) {}

  /** A chunk for each month, each in a stage of its own: a month begins when the one before it is over. */
  async plan(tx: Tx, { input: { issuerId, to } }: Run<AdvanceTestClockInput>): Promise<PlannedChunk<Days>[]> {
    const chunks: PlannedChunk<Days>[] = [];
    // Only a test issuer gets here, so the machine's clock does not matter.
    for (let first = await issuerDay(tx, issuerId, 0); first <= to; first = addMonths(startOfMonth(first), 1)) {
      const last = minDate(addDays(addMonths(startOfMonth(first), 1), -1), to);
      chunks.push({ stage: chunks.length, items: days({ start: first, end: addDays(last, 1) }), input: { first, last } });
    }
    return chunks;
  }

  /**
   * Goes on from the day that the clock shows, also after a crash in the middle: that day is worked through again, which
   * finds done what is done, because all its works can be asked twice.
   */
  async process({ first, last }: Days, run: Run<AdvanceTestClockInput>): Promise<ChunkOutcome> {
    const { issuerId } = run.input;
    const parked = new Map<string, ParkedItem>();
    const result: Record<string, bigint> = {};
    const from = maxDate(first, await this.database.read((reader) => issuerDay(reader, issuerId, 0)));
    for (let day = from; day <= last; day = addDays(day, 1)) {
      await this.database.transaction((tx) => moveTo(tx, issuerId, day));
      const begun: IssuerDay = { issuerId, day, actor: systemActor('test-clock', run.id), runId: run.id };
      // What happened outside of the clock, a payment of somebody perhaps, has arrived before the day begins.
      await this.eventsHaveArrived(issuerId);
      for (const work of this.works.inOrder()) {
        const done = await work.perform(begun);
        for (const item of done.parked ?? []) parked.set(item.item, item);
        const figures = Object.entries(done.result ?? {}).filter(([, n]) => BigInt(n) !== 0n);
        for (const [key, n] of figures) result[key] = (result[key] ?? 0n) + BigInt(n);
        if (figures.length > 0) await this.eventsHaveArrived(issuerId);
      }
    }
    return { parked: [...parked.values()], result };
  }

  /** What one work has told is done by those who listen before the next work begins; so the order of a day is kept. */
  private async eventsHaveArrived(issuerId: IssuerId): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
      const { waiting, parked } = await this.database.read((reader) => this.deliveries.backlogOf(reader, issuerId));
      if (parked > 0) throw new Error(`${parked} events of the issuer were given up; find out why, replay them and resume the run`);
      if (waiting === 0) return;
      if (waitedMs > ARRIVED_WITHIN_MS) throw new Error(`${waiting} events of the issuer have not arrived within ${ARRIVED_WITHIN_MS} ms`);
      // What we could not deliver at once is with others, or is tried again after a while.
      if (waitedMs > 0) await sleep(LOOK_EVERY_MS);
      await this.deliveries.drain();
    }
  }
}

async function moveTo(tx: Tx, issuerId: IssuerId, day: LocalDate): Promise<void> {
  const { zone } = await tx.one<{ zone: string }>('SELECT time_zone AS zone FROM platform.issuer WHERE id = $1', [issuerId]);
  await tx.execute('UPDATE platform.issuer SET test_clock_at = greatest(test_clock_at, $2::timestamptz) WHERE id = $1', [
    issuerId,
    new Date(startOfDay(timeZone(zone), day)),
  ]);
}
