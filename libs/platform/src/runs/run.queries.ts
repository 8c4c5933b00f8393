// The SQL of runs and their chunks. Locks are taken chunk first, run second, so that chunks of one run never deadlock.
import { RunId } from '@countinghouse/kernel';
import { Reader, Tx } from '../database/tx';
import { ChunkOutcome, ParkedItem, PlannedChunk, Run, RunState } from './run';

/** The first chunk of every run is its plan: so planning is claimed, leased, retried and given up like any other chunk. */
export const PLAN_CHUNK = 0;
const PLAN_STAGE = -1;

/** A chunk of a run, locked for this transaction or lent to this process. */
export interface HeldChunk {
  readonly no: number;
  readonly stage: number;
  readonly items: number;
  readonly input: unknown;
  readonly failures: number;
  readonly dispatches: number;
  /** The version that the kind of the run had when it was started. */
  readonly planVersion: number;
  readonly run: Run;
}

export interface ClaimedChunk {
  readonly runId: RunId;
  readonly no: number;
  readonly dispatch: number;
  readonly kind: string;
}

interface RunRow {
  id: RunId;
  kind: string;
  key: string;
  input: unknown;
  state: RunState;
  total: bigint;
  done: bigint;
  parked: bigint;
  result: Record<string, string>;
  error: string | null;
}

const RUN_COLUMNS = 'r.id, r.kind, r.key, r.input, r.state, r.total, r.done, r.parked, r.result, r.error';
const CHUNK_COLUMNS = 'c.no, c.stage, c.items, c.input AS chunk_input, c.failures, c.dispatches, r.plan_version';
export const ACTIVE_STATES = ['planned', 'running', 'paused', 'awaiting-approval'] as const satisfies readonly RunState[];

type ChunkRow = RunRow & { no: number; stage: number; items: number; chunk_input: unknown; failures: number; dispatches: number; plan_version: number };

/** Item counts stay far below 2^53: a run has at most some hundred million items. */
function toRun(row: RunRow): Run {
  const { id, kind, key, input, state, result, error } = row;
  return { id, kind, key, input, state, total: Number(row.total), done: Number(row.done), parked: Number(row.parked), result, error };
}

function toChunk(row: ChunkRow): HeldChunk {
  const { no, stage, items, failures, dispatches, plan_version: planVersion } = row;
  return { no, stage, items, failures, dispatches, planVersion, input: row.chunk_input, run: toRun(row) };
}

/** Inserts the run and its plan chunk, unless one of its kind and key is active; then gives undefined. */
export async function insertRun(tx: Tx, run: { id: RunId; kind: string; key: string; input: string; planVersion: number; startedBy: string }): Promise<Run | undefined> {
  const row = await tx.first<RunRow>(
    `INSERT INTO platform.run AS r (id, kind, key, input, plan_version, started_by) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (kind, key) WHERE state IN ('planned', 'running', 'paused', 'awaiting-approval') DO NOTHING
     RETURNING ${RUN_COLUMNS}`,
    [run.id, run.kind, run.key, run.input, run.planVersion, run.startedBy],
  );
  if (!row) return undefined;
  await tx.execute(`INSERT INTO platform.run_chunk (run_id, no, stage, items, input) VALUES ($1, $2, $3, 0, 'null')`, [
    run.id,
    PLAN_CHUNK,
    PLAN_STAGE,
  ]);
  return toRun(row);
}

export async function activeRun(reader: Reader, kind: string, key: string): Promise<Run | undefined> {
  const row = await reader.first<RunRow>(
    `SELECT ${RUN_COLUMNS} FROM platform.run r
      WHERE r.kind = $1 AND r.key = $2 AND r.state IN ('planned', 'running', 'paused', 'awaiting-approval')`,
    [kind, key],
  );
  return row && toRun(row);
}

export async function findRun(reader: Reader, id: RunId): Promise<Run | undefined> {
  const row = await reader.first<RunRow>(`SELECT ${RUN_COLUMNS} FROM platform.run r WHERE r.id = $1`, [id]);
  return row && toRun(row);
}

export async function newestRuns(reader: Reader, kind: string | undefined, after: RunId | undefined, limit: number): Promise<Run[]> {
  const rows = await reader.query<RunRow>(
    `SELECT ${RUN_COLUMNS} FROM platform.run r
      WHERE ($1::text IS NULL OR r.kind = $1)
        AND ($2::uuid IS NULL OR (r.created_at, r.id) < (SELECT created_at, id FROM platform.run WHERE id = $2))
      ORDER BY r.created_at DESC, r.id DESC LIMIT $3`,
    [kind ?? null, after ?? null, limit],
  );
  return rows.map(toRun);
}

/**
 * Moves a run from one of `from` to `to`; undefined when it is in another state. A run that goes back to work is planned
 * again only if it never was.
 */
export async function moveRun(tx: Tx, id: RunId, from: readonly RunState[], to: 'paused' | 'awaiting-approval' | 'cancelled' | 'working'): Promise<Run | undefined> {
  const row = await tx.first<RunRow>(
    `UPDATE platform.run AS r
        SET state = CASE WHEN $3::text <> 'working' THEN $3 WHEN started_at IS NULL THEN 'planned' ELSE 'running' END,
            finished_at = CASE WHEN $3 = 'cancelled' THEN now() END,
            error = CASE WHEN $3 <> 'working' THEN error END
      WHERE r.id = $1 AND r.state = ANY ($2)
      RETURNING ${RUN_COLUMNS}`,
    [id, from, to],
  );
  return row && toRun(row);
}

/** Makes the waiting chunks of a run due now, and its failed ones new. Chunks that are being worked on are left alone. */
export async function reviveChunks(tx: Tx, id: RunId): Promise<void> {
  await tx.execute(
    `UPDATE platform.run_chunk AS c SET state = 'pending', due_at = now(), failures = CASE WHEN c.state = 'failed' THEN 0 ELSE c.failures END
       FROM (SELECT no FROM platform.run_chunk WHERE run_id = $1 AND state IN ('pending', 'failed') FOR UPDATE SKIP LOCKED) AS idle
      WHERE c.run_id = $1 AND c.no = idle.no`,
    [id],
  );
}

/**
 * Takes up to `limit` chunks that are due, of runs that are at work, and lends them out for one lease. A stage begins when
 * no chunk of an earlier one is left. `versions` are those of the plans that we make, kind by kind: newer ones are not ours.
 */
export async function claimDueChunks(tx: Tx, kinds: readonly string[], versions: readonly number[], leaseMs: number, limit: number): Promise<ClaimedChunk[]> {
  return tx.query<ClaimedChunk>(
    `UPDATE platform.run_chunk AS c
        SET due_at = now() + $2 * interval '1 millisecond', dispatches = dispatches + 1
       FROM (SELECT ready.run_id, ready.no, r.kind
               FROM platform.run r
              CROSS JOIN LATERAL (
                SELECT run_id, no, due_at FROM platform.run_chunk
                 WHERE run_id = r.id AND state = 'pending' AND due_at <= now()
                   AND stage = (SELECT min(stage) FROM platform.run_chunk WHERE run_id = r.id AND state = 'pending')
                 ORDER BY due_at, no LIMIT $3 FOR UPDATE SKIP LOCKED) AS ready
              WHERE r.state IN ('planned', 'running') AND r.kind = ANY ($1) AND r.plan_version <= ($4::int[])[array_position($1::text[], r.kind)]
              ORDER BY ready.due_at, ready.run_id, ready.no LIMIT $3) AS due
      WHERE c.run_id = due.run_id AND c.no = due.no
      RETURNING c.run_id AS "runId", c.no, c.dispatches AS dispatch, due.kind`,
    [kinds, leaseMs, limit, versions],
  );
}

/** The number of the first chunk that is left in the earliest stage, due or not. */
export async function nextChunk(reader: Reader, id: RunId): Promise<number | undefined> {
  const row = await reader.first<{ no: number }>(
    `SELECT no FROM platform.run_chunk WHERE run_id = $1 AND state = 'pending' ORDER BY stage, due_at, no LIMIT 1`,
    [id],
  );
  return row?.no;
}

/** Locks a chunk that is still to be done, of a run that is at work; undefined when there is none or somebody has it. */
export async function lockChunk(tx: Tx, id: RunId, no: number): Promise<HeldChunk | undefined> {
  const row = await tx.first<ChunkRow>(
    `SELECT ${RUN_COLUMNS}, ${CHUNK_COLUMNS}
       FROM platform.run_chunk c JOIN platform.run r ON r.id = c.run_id
      WHERE c.run_id = $1 AND c.no = $2 AND c.state = 'pending' AND r.state IN ('planned', 'running')
        FOR UPDATE OF c SKIP LOCKED`,
    [id, no],
  );
  return row && toChunk(row);
}

/** Locks a chunk to write down how it ended, whatever has become of its run meanwhile. Waits for who has it. */
export async function lockChunkToSettle(tx: Tx, id: RunId, no: number): Promise<HeldChunk | undefined> {
  const row = await tx.first<ChunkRow>(
    `SELECT ${RUN_COLUMNS}, ${CHUNK_COLUMNS}
       FROM platform.run_chunk c JOIN platform.run r ON r.id = c.run_id
      WHERE c.run_id = $1 AND c.no = $2 AND c.state = 'pending' FOR UPDATE OF c`,
    [id, no],
  );
  return row && toChunk(row);
}

/** Keeps a chunk lent to this process for one more lease; false when it is no longer ours. */
export async function extendLease(tx: Tx, id: RunId, no: number, dispatches: number, leaseMs: number): Promise<boolean> {
  const extended = await tx.execute(
    `UPDATE platform.run_chunk SET due_at = now() + $4 * interval '1 millisecond'
      WHERE run_id = $1 AND no = $2 AND state = 'pending' AND dispatches = $3`,
    [id, no, dispatches, leaseMs],
  );
  return extended === 1;
}

/** Counts one dispatch more and says which one it is. */
export async function countDispatch(tx: Tx, id: RunId, no: number): Promise<number> {
  const row = await tx.one<{ dispatches: number }>(
    'UPDATE platform.run_chunk SET dispatches = dispatches + 1 WHERE run_id = $1 AND no = $2 RETURNING dispatches',
    [id, no],
  );
  return row.dispatches;
}

export async function setChunkState(tx: Tx, id: RunId, no: number, state: 'done' | 'failed' | 'split', lastError: string | null): Promise<void> {
  await tx.execute(
    `UPDATE platform.run_chunk SET state = $3, last_error = $4, done_at = now() WHERE run_id = $1 AND no = $2`,
    [id, no, state, lastError],
  );
}

export async function postponeChunk(tx: Tx, id: RunId, no: number, delayMs: number, lastError: string): Promise<void> {
  await tx.execute(
    `UPDATE platform.run_chunk SET failures = failures + 1, last_error = $4, due_at = now() + $3 * interval '1 millisecond'
      WHERE run_id = $1 AND no = $2`,
    [id, no, delayMs, lastError],
  );
}

/** Appends chunks after the ones there are; the caller holds the run row, so that numbers are not given twice. */
export async function insertChunks(tx: Tx, id: RunId, chunks: readonly PlannedChunk[]): Promise<void> {
  await tx.execute(
    `INSERT INTO platform.run_chunk (run_id, no, stage, items, input)
     SELECT $1, (SELECT max(no) FROM platform.run_chunk WHERE run_id = $1) + ordinality, chunk.stage, chunk.items, chunk.input
       FROM unnest($2::int[], $3::int[], $4::jsonb[]) WITH ORDINALITY AS chunk (stage, items, input, ordinality)`,
    [id, chunks.map((chunk) => chunk.stage ?? 0), chunks.map((chunk) => chunk.items), chunks.map((chunk) => JSON.stringify(chunk.input))],
  );
}

export async function insertParkedItems(tx: Tx, id: RunId, parked: readonly ParkedItem[]): Promise<void> {
  if (parked.length === 0) return;
  await tx.execute(
    `INSERT INTO platform.run_parked_item (run_id, item, code, reason)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[]) ON CONFLICT (run_id, item) DO NOTHING`,
    [id, parked.map((each) => each.item), parked.map((each) => each.code), parked.map((each) => each.reason)],
  );
}

export async function parkedItemsOf(reader: Reader, id: RunId, after: string | undefined, limit: number): Promise<ParkedItem[]> {
  return reader.query<ParkedItem>(
    `SELECT item, code, reason FROM platform.run_parked_item
      WHERE run_id = $1 AND ($2::text IS NULL OR item > $2) ORDER BY item LIMIT $3`,
    [id, after ?? null, limit],
  );
}

export interface RunProgress {
  /** Items to add to the total, for a plan or a split. */
  readonly total?: number;
  readonly done?: number;
  readonly parked?: number;
  readonly result?: ChunkOutcome['result'];
  readonly error?: string;
}

/**
 * Adds progress to the run row and locks it until the end of the transaction: the chunks of a run pass here one by one, so
 * it comes last. The first progress is that of the plan; with it the run begins to run.
 */
export async function addProgress(tx: Tx, id: RunId, progress: RunProgress): Promise<Run> {
  const result = Object.fromEntries(Object.entries(progress.result ?? {}).map(([key, n]) => [key, n.toString()]));
  const row = await tx.one<RunRow>(
    `UPDATE platform.run AS r
        SET total = total + $2, done = done + $3, parked = parked + $4, error = coalesce(error, $6),
            started_at = coalesce(started_at, now()), state = CASE state WHEN 'planned' THEN 'running' ELSE state END,
            result = (SELECT coalesce(jsonb_object_agg(key, sum::text), '{}')
                        FROM (SELECT key, sum(value::numeric)
                                FROM (SELECT * FROM jsonb_each_text(r.result) UNION ALL SELECT * FROM jsonb_each_text($5::jsonb)) AS part
                               GROUP BY key) AS summed)
      WHERE r.id = $1
      RETURNING ${RUN_COLUMNS}`,
    [id, progress.total ?? 0, progress.done ?? 0, progress.parked ?? 0, JSON.stringify(result), progress.error ?? null],
  );
  return toRun(row);
}

/**
 * Whether chunks are left that may still be worked on: none may that comes after a stage in which one has failed. A run
 * without an error has no failed chunk, so that the search for one, which reads all chunks, is spared.
 */
export async function hasWorkLeft(reader: Reader, run: Run): Promise<boolean> {
  const { pending, failed } = await reader.one<{ pending: number | null; failed: number | null }>(
    `SELECT (SELECT min(stage) FROM platform.run_chunk WHERE run_id = $1 AND state = 'pending') AS pending,
            CASE WHEN $2 THEN (SELECT min(stage) FROM platform.run_chunk WHERE run_id = $1 AND state = 'failed') END AS failed`,
    [run.id, run.error !== null],
  );
  return pending !== null && (failed === null || pending <= failed);
}

export async function endRun(tx: Tx, id: RunId, state: 'succeeded' | 'failed'): Promise<void> {
  await tx.execute('UPDATE platform.run SET state = $2, finished_at = now() WHERE id = $1', [id, state]);
}
