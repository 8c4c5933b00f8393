// Searching by words: what somebody types becomes conditions that a trigram index answers.
import { Reader, Where } from '@countinghouse/platform';

/** Longer texts are cut: nobody looks for more, and every word costs an index read. */
const SEARCH_LENGTH_MAX = 200;

/** The words of what is looked for, as `companies.search_text` spells them; none when there is nothing to look for. */
export async function searchWords(reader: Reader, text: string | null | undefined): Promise<string[]> {
  const looked = text?.trim().slice(0, SEARCH_LENGTH_MAX).replaceAll('\0', '');
  if (!looked) return [];
  return (await reader.one<{ words: string[] }>('SELECT companies.search_words($1) AS words', [looked])).words;
}

/**
 * Every word stands somewhere in the column, which holds a `companies.search_text`. A word of one or two letters must begin
 * one, for it has no trigram of its own.
 */
export function holdsWords(where: Where, column: string, words: readonly string[]): string {
  return words.map((word) => `${column} LIKE ${where.param(word.length < 3 ? `% ${word}%` : `%${word}%`)}`).join(' AND ');
}
