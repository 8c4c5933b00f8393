// A small context for the platform's own suite: consumers, runs and ticks whose effects are rows that can be counted.
import { Injectable, Module } from '@nestjs/common';
import { defineEvent, Event, event } from '@countinghouse/contracts';
import { DomainError } from '@countinghouse/kernel';
import { z } from 'zod';
import { Database } from '../../database/database';
import { Tx } from '../../database/tx';
import { Consumer, Delivered } from '../../outbox/consumer';
import { ChunkOutcome, PlannedChunk, Run, RunHandler, RunKind } from '../../runs/run';
import { Tick } from '../../scheduling/tick';

/** `trouble` names what is to go wrong at the moment: an event's number, an item, 'plan'. */
export const WORKBENCH_TABLES = `
  CREATE TABLE platform.workbench_effect (consumer text NOT NULL, n int NOT NULL, batch_size int NOT NULL);
  CREATE TABLE platform.workbench_item (run_id uuid NOT NULL, stage int NOT NULL, item int NOT NULL, at bigint GENERATED ALWAYS AS IDENTITY);
  CREATE TABLE platform.workbench_finished (run_id uuid NOT NULL);
  CREATE TABLE platform.workbench_tick (name text NOT NULL);
  CREATE TABLE platform.workbench_trouble (what text PRIMARY KEY);
  GRANT ALL ON platform.workbench_effect, platform.workbench_item, platform.workbench_finished, platform.workbench_tick, platform.workbench_trouble TO countinghouse_app;
`;

export const ThingHappened = defineEvent('workbench.thing-happened.v1', z.object({ n: z.int() }));

export function things(count: number): Event[] {
  return Array.from({ length: count }, (_, n) => event(ThingHappened, { n }));
}

@Injectable()
export class RecordThings {
  @Consumer({ queue: 'workbench', name: 'workbench.record-things', event: ThingHappened })
  async record(tx: Tx, events: Delivered<typeof ThingHappened>[]): Promise<void> {
    await write(tx, 'record', events);
    await failOn(tx, events.map((each) => `${each.payload.n}`));
  }

  @Consumer({ queue: 'otherbench', name: 'otherbench.mirror-things', event: ThingHappened, batch: 50 })
  async mirror(tx: Tx, events: Delivered<typeof ThingHappened>[]): Promise<void> {
    await write(tx, 'mirror', events);
  }

  /** On the other queue, so that what waits in the first is work and no tick. */
  @Tick({ queue: 'otherbench', name: 'otherbench.beat', everyMs: 100 })
  async beat(): Promise<number> {
    return 0;
  }
}

@Injectable()
export class WakeTick {
  constructor(private readonly database: Database) {}

  /** So rare that within a spec it comes only when somebody wakes it, or once at the start of a window. */
  @Tick({ queue: 'workbench', name: 'workbench.rare', everyMs: 86_400_000 })
  async rare(): Promise<number> {
    await this.database.transaction((tx) => tx.execute(`INSERT INTO platform.workbench_tick VALUES ('rare')`));
    return 0;
  }
}

export interface CountInput {
  readonly stages: number;
  readonly chunks: number;
  readonly itemsPerChunk: number;
  readonly sleepMs: number;
}
interface CountChunk {
  readonly stage: number;
  readonly items: readonly number[];
}

function planChunks(input: CountInput): PlannedChunk<CountChunk>[] {
  const { stages, chunks, itemsPerChunk } = input;
  return Array.from({ length: stages * chunks }, (_, no) => {
    const stage = Math.floor(no / chunks);
    const items = Array.from({ length: itemsPerChunk }, (_, i) => no * itemsPerChunk + i);
    return { stage, items: items.length, input: { stage, items } };
  });
}

@RunKind({ kind: 'workbench.count', queue: 'workbench' })
@Injectable()
export class CountRun implements RunHandler<CountInput, CountChunk> {
  async plan(tx: Tx, run: Run<CountInput>): Promise<PlannedChunk<CountChunk>[]> {
    const refused = await tx.first(`SELECT 1 FROM platform.workbench_trouble WHERE what = 'plan'`);
    if (refused) throw new DomainError('NOTHING_TO_COUNT', 'there is nothing to count');
    return planChunks(run.input);
  }

  async processInTx(tx: Tx, chunk: CountChunk, run: Run<CountInput>): Promise<ChunkOutcome> {
    await writeItems(tx, chunk, run);
    await failOn(tx, chunk.items.map(String));
    await tx.query('SELECT pg_sleep($1::float8 / 1000)', [run.input.sleepMs]);
    return { result: { items: chunk.items.length, sumMinor: BigInt(chunk.items.reduce((a, b) => a + b, 0)) } };
  }

  async finish(tx: Tx, run: Run<CountInput>): Promise<void> {
    await tx.execute('INSERT INTO platform.workbench_finished VALUES ($1)', [run.id]);
  }
}

/** The same, with chunks that can be cut into single items. */
@RunKind({ kind: 'workbench.split', queue: 'workbench' })
@Injectable()
export class SplitRun extends CountRun {
  split(chunk: CountChunk): PlannedChunk<CountChunk>[] | undefined {
    if (chunk.items.length === 1) return undefined;
    return chunk.items.map((item) => ({ items: 1, input: { stage: chunk.stage, items: [item] } }));
  }

  itemName(chunk: CountChunk): string {
    return `item ${chunk.items[0]}`;
  }
}

/** Works outside the chunk's transaction, as calls to a provider do: every item is committed by itself, and only once. */
@RunKind({ kind: 'workbench.outside', queue: 'otherbench' })
@Injectable()
export class OutsideRun implements RunHandler<CountInput, CountChunk> {
  constructor(private readonly database: Database) {}

  async plan(_tx: Tx, run: Run<CountInput>): Promise<PlannedChunk<CountChunk>[]> {
    return planChunks(run.input);
  }

  async process(chunk: CountChunk, run: Run<CountInput>): Promise<ChunkOutcome> {
    for (const item of chunk.items) {
      await this.database.transaction(async (tx) => {
        await tx.query('SELECT pg_advisory_xact_lock($1)', [item]);
        const there = await tx.first('SELECT 1 FROM platform.workbench_item WHERE run_id = $1 AND item = $2', [run.id, item]);
        if (!there) await writeItems(tx, { ...chunk, items: [item] }, run);
        await tx.query('SELECT pg_sleep($1::float8 / 1000)', [run.input.sleepMs]);
      });
    }
    return {};
  }
}

@Module({ providers: [RecordThings, WakeTick, CountRun, SplitRun, OutsideRun] })
export class WorkbenchModule {}

async function write(tx: Tx, consumer: string, events: Delivered<typeof ThingHappened>[]): Promise<void> {
  await tx.execute('INSERT INTO platform.workbench_effect SELECT $1, n, $3 FROM unnest($2::int[]) AS n', [
    consumer,
    events.map((each) => each.payload.n),
    events.length,
  ]);
}

async function writeItems(tx: Tx, chunk: CountChunk, run: Run): Promise<void> {
  await tx.execute('INSERT INTO platform.workbench_item (run_id, stage, item) SELECT $1, $2, item FROM unnest($3::int[]) AS item', [
    run.id,
    chunk.stage,
    chunk.items,
  ]);
}

async function failOn(tx: Tx, what: string[]): Promise<void> {
  const trouble = await tx.first<{ what: string }>('SELECT what FROM platform.workbench_trouble WHERE what = ANY ($1)', [what]);
  if (trouble) throw new Error(`cannot stand ${trouble.what}`);
}
