// Closing work: the facts that a month still takes while it is being closed.
import type { Fact } from '@countinghouse/contracts';

const CLOSING_WORK: ReadonlySet<Fact['kind']> = new Set(['revenue-earned', 'revaluation']);

/** What accounting itself does to finish a month; everything the business does then belongs to the first open month. */
export function isClosingWork(fact: Fact): boolean {
  return CLOSING_WORK.has(fact.kind);
}
