// The rules of the house as functions from a source file to its violations, so that the spec can show each of them fail.
import * as ts from 'typescript';
import { dirname, join, normalize } from 'node:path/posix';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the map is plain JavaScript because lint reads it too.
const { ARROWS, FRAMEWORKS, PURE } = require('../../../../architecture') as {
  ARROWS: Record<string, string[]>;
  FRAMEWORKS: string[];
  PURE: string[];
};

/** A file of the tree: its path from the root of the project, with slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const isSpec = (path: string): boolean =>
  /\.(e2e-)?spec\.ts$/.test(path) || path.startsWith('libs/testing/') || /^libs\/[^/]+\/test\//.test(path);
export const libOf = (path: string): string | undefined => /^libs\/([^/]+)\//.exec(path)?.[1];

/** Imports against the arrows, past an index.ts, or of an app. */
export function importViolations(file: SourceFile): string[] {
  const lib = libOf(file.path);
  return importsOf(file).flatMap((name) => {
    const target = targetOf(file.path, name);
    if (!target) return [];
    if (target.app && lib) return [`${file.path}: nobody imports an app (${name})`];
    if (target.lib === undefined || target.lib === lib) return [];
    if (target.inside) return [`${file.path}: imports past the index.ts of ${target.lib} (${name})`];
    if (!lib || isSpec(file.path)) return [];
    return ARROWS[lib]?.includes(target.lib) ? [] : [`${file.path}: ${lib} may not import ${target.lib}`];
  });
}

/** Framework, I/O or clock in pure code. */
export function purityViolations(file: SourceFile): string[] {
  const lib = libOf(file.path);
  const pure = PURE.some((folder) => file.path.startsWith(folder.replace('*', lib ?? '')));
  if (!pure || isSpec(file.path)) return [];
  return importsOf(file)
    .filter((name) => FRAMEWORKS.some((framework) => name === framework || name.startsWith(framework.replace(/([^/:])$/, '$1/'))))
    .map((name) => `${file.path}: pure code imports ${name}`);
}

/** Tables, entities and writes outside the SQL schema of the context; names without a schema. */
export function schemaViolations(file: SourceFile): string[] {
  const lib = libOf(file.path);
  if (!lib || isSpec(file.path)) return [];
  return sqlTargets(file).flatMap(({ verb, name }) => {
    const [schema, table] = name.includes('.') ? name.split('.') : [undefined, name];
    if (schema === lib) return [];
    return [`${file.path}: ${verb} ${schema ? `${schema}.` : ''}${table} lies outside the SQL schema ${lib}`];
  });
}

/** Foreign keys that run against the arrows. */
export function foreignKeyViolations(file: SourceFile): string[] {
  const lib = libOf(file.path);
  if (!lib || isSpec(file.path)) return [];
  return [...file.text.matchAll(/\bREFERENCES\s+(\w+)\.(\w+)/gi)]
    .filter(([, schema]) => schema !== lib && !ARROWS[lib]?.includes(schema!))
    .map(([, schema, table]) => `${file.path}: a foreign key to ${schema}.${table} runs against the arrows`);
}

function importsOf(file: SourceFile): string[] {
  return ts.preProcessFile(file.text, true, true).importedFiles.map((imported) => imported.fileName);
}

function targetOf(from: string, name: string): { lib?: string; app?: boolean; inside: boolean } | undefined {
  const alias = /^@countinghouse\/([^/]+)(\/.*)?$/.exec(name);
  if (alias) return { lib: alias[1]!, inside: alias[2] !== undefined };
  if (!name.startsWith('.')) return undefined;
  const path = normalize(join(dirname(from), name));
  const lib = /^libs\/([^/]+)/.exec(path)?.[1];
  return { ...(lib ? { lib } : {}), app: path.startsWith('apps/') && !from.startsWith('apps/'), inside: true };
}

const TARGET = String.raw`(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:ONLY\s+)?((?:\w+\.)?\w+)`;
const DEFINITIONS = ['CREATE TABLE', 'CREATE UNLOGGED TABLE', 'ALTER TABLE', 'DROP TABLE', 'CREATE VIEW', 'CREATE OR REPLACE VIEW', 'CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION', 'CREATE TYPE', 'CREATE SEQUENCE'];
const WRITES = ['INSERT INTO', 'DELETE FROM', 'TRUNCATE TABLE', 'MERGE INTO'];

function sqlTargets(file: SourceFile): { verb: string; name: string }[] {
  const patterns = [
    ...[...DEFINITIONS, ...WRITES].map((verb) => ({ verb, pattern: new RegExp(`\\b${verb.replace(/ /g, '\\s+')}\\s+${TARGET}`, 'g') })),
    { verb: 'UPDATE', pattern: /\bUPDATE\s+(?:ONLY\s+)?((?:\w+\.)\w+)/g },
    { verb: 'COPY', pattern: /\bCOPY\s+((?:\w+\.)\w+)/g },
    { verb: 'CREATE INDEX on', pattern: /\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+\w+\s+ON\s+((?:\w+\.)?\w+)/g },
    { verb: 'CREATE TRIGGER on', pattern: /\bCREATE\s+(?:CONSTRAINT\s+)?TRIGGER\s+\w+\s+[^;]*?\bON\s+((?:\w+\.)\w+)/g },
    { verb: '@Entity in', pattern: /@Entity\(\s*\{[^}]*schema:\s*'(\w+)'/g },
  ];
  const temporary = new Set([...file.text.matchAll(/\bTEMP(?:ORARY)?\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)/gi)].map(([, name]) => name));
  return patterns.flatMap(({ verb, pattern }) =>
    [...file.text.matchAll(pattern)]
      .map((match) => ({ verb, name: verb.startsWith('@') ? `${match[1]}.entity` : match[1]! }))
      .filter(({ name }) => !temporary.has(name)),
  );
}
