// A limit on work that may never return: a promise that nobody settles takes a worker's hand for ever, and no error says so.

export class TookTooLong extends Error {
  constructor(what: string, limitMs: number) {
    super(`${what} has not returned within ${limitMs} ms`);
    this.name = 'TookTooLong';
  }
}

/**
 * What `work` comes to, unless it takes longer than the limit. Nothing can stop work that hangs: it is only not waited for
 * any more. A transaction that it was given has ended by the time it wakes up, if it does, and takes no more statements.
 * @throws TookTooLong
 */
export async function within<T>(limitMs: number, what: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TookTooLong(what, limitMs)), limitMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
