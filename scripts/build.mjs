// Turns apps/api and libs from TypeScript into dist/, file by file, and only the files that have changed.
// Types are not checked here: `npm run typecheck` does that. The production image runs the same dist/.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformFileSync } from '@swc/core';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const DIST = join(ROOT, 'dist');
/** What the files in dist/ were made with. */
const STAMP = join(DIST, '.made-with');
const LIBS = readdirSync(join(ROOT, 'libs')).filter((lib) => lib !== 'testing');
const SOURCES = ['apps/api/src', ...LIBS.map((lib) => `libs/${lib}/src`)];
const IS_SPEC = /\.spec\.ts$/;

const OPTIONS = {
  cwd: ROOT,
  swcrc: false,
  sourceMaps: true,
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
    baseUrl: ROOT,
    paths: Object.fromEntries(LIBS.map((lib) => [`@countinghouse/${lib}`, [`./libs/${lib}/src/index.ts`]])),
  },
};

/** Brings dist/ up to date; returns how many files were written. */
export function build() {
  // A new compiler, or a change of this file, makes every file anew.
  const settings = [fileURLToPath(import.meta.url), join(ROOT, 'package-lock.json')].map(modified).join(' ');
  const anew = !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== settings;
  const outputs = new Set();
  let written = 0;
  for (const source of SOURCES.flatMap((folder) => sourceFiles(join(ROOT, folder)))) {
    const output = join(DIST, relative(ROOT, source)).replace(/\.ts$/, '.js');
    outputs.add(output).add(`${output}.map`);
    // The output carries the time of its source, so that a source that was put back to an older time is seen as well.
    if (!anew && modified(output) === modified(source)) continue;
    const { code, map } = transformFileSync(source, { ...OPTIONS, filename: source });
    mkdirSync(dirname(output), { recursive: true });
    if (map) writeFileSync(`${output}.map`, map);
    writeFileSync(output, `${code}\n//# sourceMappingURL=${output.split('/').at(-1)}.map\n`);
    utimesSync(output, new Date(), new Date(modified(source)));
    written++;
  }
  removeOrphans(DIST, outputs);
  if (anew) writeFileSync(STAMP, settings);
  return written;
}

function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !IS_SPEC.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function modified(file) {
  return existsSync(file) ? Math.trunc(statSync(file).mtimeMs) : 0;
}

/** The output of a source that has gone would still be found by whoever imports it. */
function removeOrphans(folder, outputs) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && /\.js(\.map)?$/.test(entry.name) && path.startsWith(`${DIST}/`) && !path.startsWith(`${DIST}/admin/`) && !outputs.has(path)) rmSync(path);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = performance.now();
  const written = build();
  console.log(`built ${written} file${written === 1 ? '' : 's'} in ${Math.round(performance.now() - started)} ms`);
}
