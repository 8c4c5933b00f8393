// The schema as it is committed: in the working tree, and in commits before it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const SCHEMA_FILE = 'schema.graphql';

/** The file of the working tree; empty when there is none. */
export function readText(root: string, file: string): string {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** schema.graphql of a commit; undefined when the commit has none, or when this is no git checkout. */
export function schemaAt(root: string, commit: string): string | undefined {
  try {
    return execFileSync('git', ['show', `${commit}:${SCHEMA_FILE}`], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
