// The house keeps its shape: every rule of the tree holds over the real files, and every rule is shown to refuse.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  foreignKeyViolations,
  importViolations,
  isSpec,
  libOf,
  purityViolations,
  schemaViolations,
  SourceFile,
} from './rules';

const ROOT = join(__dirname, '../../../..');

/** Every TypeScript file of ours: tracked, or new and not ignored. */
function tree(): SourceFile[] {
  const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', 'apps', 'libs', 'bench'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listing
    .split('\n')
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(join(ROOT, path), 'utf8') }];
      } catch {
        return []; // deleted in the working tree
      }
    });
}

describe('the tree', () => {
  const files = tree();

  it('is really read', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it('imports along the arrows, and through index.ts only', () => {
    expect(files.flatMap(importViolations)).toEqual([]);
  });

  it('keeps kernel, contracts and domain folders pure', () => {
    expect(files.flatMap(purityViolations)).toEqual([]);
  });

  it('keeps every table, entity and write inside the SQL schema of its context', () => {
    expect(files.flatMap(schemaViolations)).toEqual([]);
  });

  it('has no foreign key against the arrows', () => {
    expect(files.flatMap(foreignKeyViolations)).toEqual([]);
  });

  it('shows a face of at most 30 lines per lib', () => {
    const faces = files.filter(({ path }) => /^libs\/[^/]+\/src\/index\.ts$/.test(path));
    const long = faces.filter(({ text }) => text.trimEnd().split('\n').length > 30).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('says in the first line of each file what it is', () => {
    const silent = files
      .filter(({ path }) => !/\/index\.ts$/.test(path) && libOf(path) !== undefined && !isSpec(path))
      .filter(({ text }) => !/^(\/\/|\/\*\*)/.test(text))
      .map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  it('has no drawer for whatever does not fit', () => {
    expect(files.filter(({ path }) => /(utils?|helpers?|common|manager)[./-]/i.test(path)).map(({ path }) => path)).toEqual([]);
  });
});

describe('the rules refuse', () => {
  const file = (path: string, text: string): SourceFile => ({ path, text });

  it.each([
    ['an import against the arrows', importViolations(file('libs/companies/src/a.ts', `import { x } from '@countinghouse/invoicing';`))],
    ['an import past an index.ts', importViolations(file('libs/invoicing/src/a.ts', `import { x } from '@countinghouse/companies/src/b';`))],
    ['a relative import into another lib', importViolations(file('libs/invoicing/src/a.ts', `import { x } from '../../companies/src/b';`))],
    ['an import of an app', importViolations(file('libs/invoicing/src/a.ts', `import { x } from '../../../apps/api/src/config';`))],
    ['a dynamic import against the arrows', importViolations(file('libs/companies/src/a.ts', `const x = import('@countinghouse/payments');`))],
    ['a framework in a domain folder', purityViolations(file('libs/invoicing/src/domain/a.ts', `import { Injectable } from '@nestjs/common';`))],
    ['a database in the kernel', purityViolations(file('libs/kernel/src/a.ts', `import { Client } from 'pg';`))],
    ['I/O in contracts', purityViolations(file('libs/contracts/src/a.ts', `import { readFile } from 'node:fs';`))],
    ['a migration outside its schema', schemaViolations(file('libs/invoicing/src/m.ts', 'CREATE TABLE companies.extra (id int)'))],
    ['a table without a schema', schemaViolations(file('libs/invoicing/src/m.ts', 'CREATE TABLE extra (id int)'))],
    ['an entity outside its schema', schemaViolations(file('libs/invoicing/src/e.ts', `@Entity({ name: 'x', schema: 'companies' })`))],
    ['a write into the schema of another', schemaViolations(file('libs/payments/src/q.ts', 'UPDATE invoicing.invoice SET open_minor = 0'))],
    ['a foreign key against the arrows', foreignKeyViolations(file('libs/companies/src/m.ts', 'x uuid REFERENCES invoicing.invoice (id)'))],
  ])('%s', (_what, violations) => {
    expect(violations).toHaveLength(1);
  });

  it('lets pass what follows the arrows', () => {
    expect(importViolations(file('libs/invoicing/src/a.ts', `import { x } from '@countinghouse/companies';`))).toEqual([]);
    expect(foreignKeyViolations(file('libs/payments/src/m.ts', 'x uuid REFERENCES invoicing.invoice (id)'))).toEqual([]);
    expect(schemaViolations(file('libs/payments/src/q.ts', 'INSERT INTO payments.payment SELECT * FROM invoicing.invoice'))).toEqual([]);
  });
});

describe('lint refuses', () => {
  const samples: [what: string, path: string, code: string][] = [
    ['new Date()', 'libs/invoicing/src/a.ts', 'export const now = new Date();'],
    ['Date.now()', 'apps/api/src/a.ts', 'export const now = Date.now();'],
    ['Math.random()', 'libs/platform/src/a.ts', 'export const chance = Math.random();'],
    ['a number typed *Minor in a parameter', 'libs/kernel/src/a.ts', 'export function f(amountMinor: number) { return amountMinor; }'],
    ['a number typed *Minor in an interface', 'libs/payments/src/a.ts', 'export interface A { grossMinor: number }'],
    ['a number typed *Minor in a class', 'libs/payments/src/a.ts', 'export class A { grossMinor!: number }'],
    ['process.env outside the configuration', 'libs/payments/src/a.ts', 'export const key = process.env.KEY;'],
    ['an import against the arrows', 'libs/companies/src/a.ts', `import { x } from '@countinghouse/invoicing'; export { x };`],
    ['an import past an index.ts', 'libs/invoicing/src/a.ts', `import { x } from '@countinghouse/companies/src/b'; export { x };`],
    ['a framework in the kernel', 'libs/kernel/src/a.ts', `import { x } from '@nestjs/common'; export { x };`],
    ['a database in a domain folder', 'libs/payments/src/domain/a.ts', `import { x } from 'pg'; export { x };`],
    ['console in the product', 'libs/payments/src/a.ts', `console.log('hello');`],
  ];

  it('each forbidden line, and a clean one not', () => {
    // ESLint's configuration is an ES module, which Jest cannot load; a Node process of its own can.
    const script = `
      import { ESLint } from 'eslint';
      const eslint = new ESLint({ cwd: process.cwd() });
      const samples = JSON.parse(process.argv[1]);
      const counts = [];
      for (const [, filePath, code] of samples) counts.push((await eslint.lintText(code, { filePath }))[0].errorCount);
      console.log(JSON.stringify(counts));`;
    const clean: [string, string, string] = ['clean', 'libs/payments/src/a.ts', 'export interface A { grossMinor: bigint; count: number }'];
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify([...samples, clean])], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const counts = JSON.parse(output) as number[];
    expect(samples.map(([what], index) => [what, counts[index]])).toEqual(samples.map(([what]) => [what, 1]));
    expect(counts.at(-1)).toBe(0);
  });
});
