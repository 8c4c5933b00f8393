// A transaction that stays open until the spec lets it commit.
import { Database, Tx } from '@countinghouse/platform';

export interface OpenTransaction<T> {
  /** What its first work came to. */
  readonly done: T;
  /** Does the last work, if there is any, and commits. */
  commit(last?: (tx: Tx) => Promise<unknown>): Promise<unknown>;
}

/** Resolves when `work` is done, and nothing of it committed. */
export async function openTransaction<T>(database: Database, work: (tx: Tx) => Promise<T>): Promise<OpenTransaction<T>> {
  let goOn!: (last: (tx: Tx) => Promise<unknown>) => void;
  const told = new Promise<(tx: Tx) => Promise<unknown>>((resolve) => (goOn = resolve));
  let end!: Promise<unknown>;
  const done = await new Promise<T>((resolve, reject) => {
    end = database.transaction(async (tx) => {
      resolve(await work(tx));
      return (await told)(tx);
    });
    end.catch(reject);
  });
  return {
    done,
    commit(last = async () => undefined) {
      goOn(last);
      return end;
    },
  };
}
