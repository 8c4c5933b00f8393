// How a context says that it has something to do every so often: a decorated method of a class in its jobs/ folder.
import { SetMetadata } from '@nestjs/common';

export interface TickOptions {
  /** The queue of the context: 'payments'. */
  readonly queue: string;
  /** Unique and stable: `<context>.<what it does>`. */
  readonly name: string;
  /** How often it is asked for, in milliseconds. */
  readonly everyMs: number;
}

export const TICK = Symbol('tick');

/**
 * Marks `method(): Promise<number>`, which does what is due and says how much it did. It is called again at once while
 * it says more than 0, up to a bound. What is due lies in rows: any tick may be missed or doubled.
 */
export const Tick = (options: TickOptions): MethodDecorator => SetMetadata(TICK, options);
