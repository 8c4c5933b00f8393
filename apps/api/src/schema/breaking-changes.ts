// Which changes of the schema break a client that worked before, and which of them have been announced.
import { buildSchema, findBreakingChanges } from 'graphql';

/** What a client of `base` can no longer do with `next`, in words. */
export function breakingChanges(base: string, next: string): string[] {
  return findBreakingChanges(buildSchema(base), buildSchema(next)).map((change) => change.description);
}

/** The line of CHANGELOG.md that announces a breaking change, and by that allows it. */
export function announcement(change: string): string {
  return `- Breaking: ${change}`;
}

/** The breaking changes that no line of the changelog announces. */
export function unannounced(changes: readonly string[], changelog: string): string[] {
  const lines = new Set(changelog.split(/\r?\n/).map((line) => line.trim()));
  return changes.filter((change) => !lines.has(announcement(change)));
}
