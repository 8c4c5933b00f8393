// What every process of ours has in common: how it tells that it is ready, how it ends, and what it says when it cannot start.
import { INestApplicationContext } from '@nestjs/common';
import { isDomainError } from '@countinghouse/kernel';
import { JsonLogger } from '@countinghouse/platform';
import { Config, ConfigError } from './config';

/** From a child to the process that started it. */
export type ChildMessage = { readonly type: 'ready' } | { readonly type: 'memory'; readonly peakMiB: number };
/** The other way: finish what you have begun, then end. */
export type ParentMessage = { readonly type: 'stop' };

const REPORT_EVERY_MS = 1_000;
/** Longer than a chunk takes; what is not done by then is done again by somebody else, because it has not committed. */
const STOP_WITHIN_MS = 20_000;

export function processLogger(name: string, config: Config): JsonLogger {
  return new JsonLogger({ level: config.logLevel, process: name });
}

/** Runs a program; when it cannot start, says why in one piece and ends with 1. */
export function runProgram(program: () => Promise<void>): void {
  program().catch((error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  });
}

/** An expected failure in the words of the person at the desk; anything else with its stack. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (isDomainError(error)) return `${error.code}: ${error.message}${error.remedy ? `\n  What to do: ${error.remedy.replace(/\.$/, '')}.` : ''}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The most memory that this process has ever held, in MiB. */
export function peakMemoryMiB(): number {
  return Math.ceil(process.resourceUsage().maxRSS / 1024);
}

/**
 * Ends the application cleanly on SIGTERM, on SIGINT, and when the process that started it says so. Under a parent
 * SIGINT is left to the parent: Ctrl-C reaches both, and the parent knows the order. When the parent is gone the process
 * goes at once, so that the next start finds its ports free; what it had begun has not committed and is done again.
 */
export function endCleanly(app: INestApplicationContext): void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    void app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(explain(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', process.connected ? () => undefined : end);
  if (!process.connected) return;
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message: ParentMessage) => {
    if (message.type === 'stop') end();
  });
  tellParent({ type: 'ready' });
  setInterval(() => tellParent({ type: 'memory', peakMiB: peakMemoryMiB() }), REPORT_EVERY_MS).unref();
}

function tellParent(message: ChildMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
