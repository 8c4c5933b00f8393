// Whether somebody waits for a lock: it is seen in the database and not guessed from how long something takes.
import { setTimeout } from 'node:timers/promises';
import { TestDatabase } from './test-database';

const LOOK_EVERY_MS = 5;
const GIVE_UP_AFTER_MS = 40_000;

/** @throws Error that says what every connection of this database does, when nobody waits for too long */
export async function untilSomeoneWaits(test: TestDatabase): Promise<void> {
  await someoneWaits(test, () => false);
}

/**
 * True as soon as `work` waits for a lock in this database, in which nobody else does; false when it has ended without.
 * @throws Error that says what every connection of it does, when it neither waits nor ends
 */
export async function hasToWait(test: TestDatabase, work: Promise<unknown>): Promise<boolean> {
  let hasEnded = false;
  const end = (): boolean => (hasEnded = true);
  void work.then(end, end);
  return someoneWaits(test, () => hasEnded);
}

async function someoneWaits(test: TestDatabase, isOver: () => boolean): Promise<boolean> {
  for (let lookedForMs = 0; lookedForMs < GIVE_UP_AFTER_MS; lookedForMs += LOOK_EVERY_MS) {
    const waiting = await test.owner.query(
      `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database() AND backend_type = 'client backend'`,
    );
    if (waiting.length > 0) return true;
    if (isOver()) return false;
    await setTimeout(LOOK_EVERY_MS);
  }
  const activity = await test.owner.query(`SELECT pid, state, wait_event, left(query, 200) AS query FROM pg_stat_activity WHERE datname = current_database()`);
  throw new Error(`nobody waits for a lock: ${JSON.stringify(activity)}`);
}
