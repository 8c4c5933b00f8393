// Asks for a tick now, from any process: a hint that saves waiting, never the only way that work gets done.
import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/database';
import { failureOf } from '../queue/failure';

/** The NOTIFY channel on which workers hear that there is something to do; the payload is a tick's name. */
export const WAKE_CHANNEL = 'countinghouse_wake';

/** Calls within this time are one; it also lets a transaction that is about to commit do so first. Milliseconds. */
const DEBOUNCE_MS = 50;

@Injectable()
export class Ticks {
  private readonly logger = new Logger(Ticks.name);
  private readonly waiting = new Set<string>();

  constructor(private readonly database: Database) {}

  /** Asks the workers to run a tick now. Best effort and debounced: the tick comes by itself anyway. Never throws. */
  wake(name: string): void {
    if (this.waiting.has(name)) return;
    this.waiting.add(name);
    setTimeout(() => void this.notify(name), DEBOUNCE_MS).unref();
  }

  /** Outside any transaction that writes: NOTIFY in one makes all commits wait for each other. */
  private async notify(name: string): Promise<void> {
    this.waiting.delete(name);
    try {
      await this.database.query('SELECT pg_notify($1, $2)', [WAKE_CHANNEL, name]);
    } catch (error) {
      this.logger.warn({ message: 'workers not woken', tick: name, ...failureOf(error) });
    }
  }
}
