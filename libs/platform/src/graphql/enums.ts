// Enums of the API: the domain's own words, written as GraphQL writes its enums.
import { registerEnumType } from '@nestjs/graphql';

/**
 * Declares an enum whose values in code are the domain's words and whose names in the API are the same in capitals:
 * 'credit-note' is CREDIT_NOTE, 'goodRows' is GOOD_ROWS. Give the result to `@Field(() => …)`.
 */
export function enumOf<Word extends string>(name: string, words: readonly Word[], description?: string): Record<string, Word> {
  const values = Object.fromEntries(words.map((word) => [nameOf(word), word]));
  registerEnumType(values, { name, ...(description && { description }) });
  return values;
}

function nameOf(word: string): string {
  return word
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase();
}
