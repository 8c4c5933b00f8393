// Reads what stands behind the question mark of a path.
import { DomainError } from '@countinghouse/kernel';

export type QueryString = Readonly<Record<string, unknown>>;

const TEXT_MAX = 200;

/** Undefined when it is not given, or empty. @throws DomainError ARGUMENT_INVALID */
export function queryText(query: QueryString, name: string, max = TEXT_MAX): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && value.length <= max) return value;
  throw new DomainError('ARGUMENT_INVALID', `${name} is given twice, or is too long.`, { field: name, remedy: `Give it once, with at most ${max} characters.` });
}

/** @throws DomainError ARGUMENT_INVALID */
export function queryWord<Word extends string>(query: QueryString, name: string, words: readonly Word[]): Word | undefined {
  const value = queryText(query, name);
  if (value === undefined) return undefined;
  if (words.includes(value as Word)) return value as Word;
  throw new DomainError('ARGUMENT_INVALID', `${JSON.stringify(value.slice(0, 40))} is no ${name}.`, { field: name, value: value.slice(0, 40), remedy: `Use one of ${words.join(', ')}.` });
}

/** @throws DomainError ARGUMENT_INVALID */
export function queryFlag(query: QueryString, name: string): boolean | undefined {
  const word = queryWord(query, name, ['true', 'false']);
  return word === undefined ? undefined : word === 'true';
}
