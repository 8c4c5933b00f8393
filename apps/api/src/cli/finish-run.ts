// How a command ends the run that it has started: by following the workers, or by doing the work itself.
import { INestApplicationContext } from '@nestjs/common';
import { RunId } from '@countinghouse/kernel';
import { Database, Run, Runs } from '@countinghouse/platform';
import { Follower } from '../supervisor/follow';
import { startProgress } from '../supervisor/progress';
import { aligned } from '../supervisor/table';
import type { Session, Values } from './command';

export const RUN_OPTIONS = { here: { type: 'boolean', default: false } } as const;
export const RUN_HELP = '--here            do the work in this process instead of waiting for the workers';
const PARKED_SHOWN = 20;

/** Waits for the runs, prints what they came to, and gives the exit code: 0 when all succeeded, or wait for approval, and nothing was parked. */
export async function finishRuns(session: Session, ids: readonly RunId[], values: Values): Promise<number> {
  const app = await session.app();
  const runs = app.get(Runs);
  const ended: Run[] = [];
  if (values['here']) for (const id of ids) ended.push(await runs.drain(id));
  else ended.push(...(await followRuns(app, ids)));
  for (const run of ended) await report(session, run);
  return ended.every((run) => (run.state === 'succeeded' && run.parked === 0) || run.state === 'awaiting-approval') ? 0 : 1;
}

async function followRuns(app: INestApplicationContext, ids: readonly RunId[]): Promise<Run[]> {
  const progress = startProgress(process.stderr, 'run');
  const follower = new Follower(app.get(Database), app.get(Runs), new AbortController().signal);
  const runs = await follower.follow(ids, progress, 'items');
  progress.finish(`${ids.length} run${ids.length === 1 ? '' : 's'} ended`);
  return runs;
}

async function report(session: Session, run: Run): Promise<void> {
  session.print(`${run.kind} ${run.id}: ${run.state}, ${run.done} of ${run.total} done, ${run.parked} parked`);
  if (run.error) session.print(`  ${run.error}`);
  const result = Object.entries(run.result);
  if (result.length > 0) session.print(aligned(result));
  if (run.parked === 0) return;
  const app = await session.app();
  const items = await app.get(Database).read((reader) => app.get(Runs).parkedItems(reader, run.id, { limit: PARKED_SHOWN }));
  for (const { item, code, reason } of items) session.print(`  parked ${item}: ${code}: ${reason}`);
}
