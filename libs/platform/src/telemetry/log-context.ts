// What every log line of a piece of work says about it, without being handed from function to function.
import { AsyncLocalStorage } from 'node:async_hooks';

export interface LogContext {
  readonly requestId?: string;
  readonly eventId?: string;
  readonly jobId?: string;
  readonly runId?: string;
}

const storage = new AsyncLocalStorage<LogContext>();

/** Runs `work` so that its log lines carry `fields`, beside those of the work it is part of. */
export function withLogContext<T>(fields: LogContext, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...fields }, work);
}

export function logContext(): LogContext {
  return storage.getStore() ?? {};
}
