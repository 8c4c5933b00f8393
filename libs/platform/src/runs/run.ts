// Runs: long work cut into chunks that are rows, so that it survives every crash and can be paused, resumed and cancelled.
import { SetMetadata } from '@nestjs/common';
import { RunId } from '@countinghouse/kernel';
import type { z } from 'zod';
import { Tx } from '../database/tx';

export type RunState = 'planned' | 'running' | 'paused' | 'awaiting-approval' | 'cancelled' | 'succeeded' | 'failed';

export interface Run<Input = unknown> {
  readonly id: RunId;
  readonly kind: string;
  readonly key: string;
  readonly input: Input;
  readonly state: RunState;
  /** Items (payers, rows, payments), not chunks. */
  readonly total: number;
  readonly done: number;
  readonly parked: number;
  /** What the run has to say when it is done, summed over the chunks by key (counts and minor units as text). */
  readonly result: Record<string, string>;
  readonly error: string | null;
}

/** A piece of a run. Chunks of a later stage wait until every chunk of the earlier ones is done. */
export interface PlannedChunk<Chunk = unknown> {
  readonly stage?: number;
  /** How many items it holds, for the progress bar. */
  readonly items: number;
  readonly input: Chunk;
}

export interface ParkedItem {
  /** What could not be processed: an id, or file and line. */
  readonly item: string;
  readonly code: string;
  readonly reason: string;
}

export interface ChunkOutcome {
  readonly parked?: readonly ParkedItem[];
  /** Numbers to add to the run's result, by key. */
  readonly result?: Readonly<Record<string, bigint | number>>;
  /** The run waits after this chunk until somebody approves of what comes next; see Runs.approve. */
  readonly hold?: boolean;
}

/**
 * One kind of run. Implemented by a class in a context's jobs/ folder, marked with @RunKind.
 * `plan` must be set-based and is called once, in one transaction. Chunks are small: a few hundred to a few thousand items.
 * Exactly one of `processInTx` and `process` is given:
 * - processInTx: effect and "chunk done" commit together. Preferred.
 * - process: for work that calls outside; it commits its own steps, may be run again after a crash, and must then come
 *   to the same end.
 * A chunk that throws is tried again with a growing delay; past the limit it fails, unless `split` cuts it into smaller
 * chunks so that only the item at fault is parked. A failed chunk does not stop the others of its stage; later stages do
 * not begin, and the run ends as failed. A DomainError thrown by `plan` fails the run at once. So does a plan of an older
 * version of the software that this one cannot read; a run can always be started again, and finds what is left to do.
 */
export interface RunHandler<Input = unknown, Chunk = unknown> {
  plan(tx: Tx, run: Run<Input>): Promise<readonly PlannedChunk<Chunk>[]>;
  processInTx?(tx: Tx, chunk: Chunk, run: Run<Input>): Promise<ChunkOutcome>;
  process?(chunk: Chunk, run: Run<Input>): Promise<ChunkOutcome>;
  /** Cuts a chunk that keeps failing into single items; undefined when it is one already. */
  split?(chunk: Chunk): readonly PlannedChunk<Chunk>[] | undefined;
  /** What a parked single item is called in front of people; without it, its chunk's input as JSON. */
  itemName?(chunk: Chunk): string;
  /** Called in the transaction that completes the last chunk, e.g. to append an event. */
  finish?(tx: Tx, run: Run<Input>): Promise<void>;
}

export interface RunKindOptions {
  /** `<context>.<noun>`: 'invoicing.billing'. */
  readonly kind: string;
  readonly queue: string;
  /**
   * Of the input and the chunks; raise it with every change of what they look like or mean. While two versions of the software
   * are at work, plans of the newer are left to those that know them. Default 1.
   */
  readonly version?: number;
  /** How long a chunk may take, where that is longer than work of the queue takes otherwise. Milliseconds. */
  readonly limitMs?: number;
  /** What input and chunks look like. They are JSON that another version of the software may have written, so that a change of shape shows here, and not halfway. */
  readonly shape?: { readonly input: z.ZodType; readonly chunk: z.ZodType };
}

export const FIRST_VERSION = 1;

export const RUN_KIND = Symbol('run-kind');

/** Marks a class that implements RunHandler. */
export const RunKind = (options: RunKindOptions): ClassDecorator => SetMetadata(RUN_KIND, options);

/** What use cases call; implemented by Runs in runs.ts. */
export interface StartRun<Input> {
  kind: string;
  /** At most one run of a kind and key is active at a time: starting again returns the active one. */
  key: string;
  input: Input;
}
