// How a context says that it consumes an event: a decorated method of a class in its jobs/ folder.
import { SetMetadata } from '@nestjs/common';
import { EventContract, PayloadOf } from '@countinghouse/contracts';

/** An event as a consumer gets it. */
export interface Delivered<Contract extends EventContract> {
  readonly eventId: string;
  readonly payload: PayloadOf<Contract>;
}

export interface ConsumerOptions {
  /** The queue of the consuming context: 'payments'. */
  readonly queue: string;
  /** Unique and stable: `<context>.<what it does>`. It is the second half of the delivery's key. */
  readonly name: string;
  readonly event: EventContract;
  /** At most this many events in one call and one transaction. Default 500. */
  readonly batch?: number;
}

export const CONSUMER = Symbol('consumer');

/**
 * Marks `method(tx: Tx, events: Delivered<Contract>[]): Promise<void>` as a consumer. Its writes and the rows that say
 * "delivered" commit together, so that an event delivered twice has one effect. A failing batch is tried again one
 * event at a time, so that only the event that cannot be processed is parked.
 */
export const Consumer = (options: ConsumerOptions): MethodDecorator => SetMetadata(CONSUMER, options);
