// Whether this version of the software can read a plan that another may have made.
import { DomainError } from '@countinghouse/kernel';
import type { z } from 'zod';
import { FIRST_VERSION, RunKindOptions } from './run';
import { HeldChunk, PLAN_CHUNK } from './run.queries';

export const PLAN_UNREADABLE = 'RUN_PLAN_UNREADABLE';

/** @throws DomainError RUN_PLAN_UNREADABLE, whose message says what to do: it becomes the error of the run */
export function refuseUnreadable({ kind, version = FIRST_VERSION, shape }: RunKindOptions, { run, no, input, planVersion }: HeldChunk): void {
  if (planVersion !== version) throw unreadable(`the run was started by software that makes plans of version ${planVersion} of ${kind}, and this reads version ${version}`);
  if (!shape) return;
  refuseOtherShape(shape.input, run.input, 'the input of the run');
  if (no !== PLAN_CHUNK) refuseOtherShape(shape.chunk, input, `chunk ${no} of its plan`);
}

function refuseOtherShape(schema: z.ZodType, value: unknown, what: string): void {
  const read = schema.safeParse(value);
  if (read.success) return;
  const [issue] = read.error.issues;
  throw unreadable(`${what} is not as this version of the software makes it (${[...issue!.path.map(String), issue!.message].join(': ').slice(0, 150)})`);
}

function unreadable(why: string): DomainError {
  return new DomainError(PLAN_UNREADABLE, `${why}. Start the run again: what is done stays done, and the rest is planned anew.`);
}
