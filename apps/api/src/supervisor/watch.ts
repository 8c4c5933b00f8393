// Watches the sources of a development start: what has changed is built again, then the processes are started again.
import { execFile } from 'node:child_process';
import { watch } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

/** Editors write a file in several steps; saving ten files is one change. */
const QUIET_MS = 200;

export function watchSources(restart: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let working = Promise.resolve();
  const rebuild = async () => {
    try {
      await promisify(execFile)(process.execPath, [resolve('scripts', 'build.mjs')]);
      await restart();
    } catch (error) {
      console.error((error as { stderr?: string }).stderr ?? error);
    }
  };
  for (const folder of ['apps/api/src', 'libs']) {
    watch(folder, { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts') || file.endsWith('.spec.ts')) return;
      clearTimeout(timer);
      timer = setTimeout(() => (working = working.then(rebuild)), QUIET_MS);
    });
  }
}
