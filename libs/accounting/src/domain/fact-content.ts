// The content of a fact as text, by which a fact that is told twice is known from one that contradicts the first.
import type { Fact } from '@countinghouse/contracts';

/**
 * Canonical text of a fact: its fields sorted by name, lines by line number, amounts as decimal integers, absent
 * fields left out. A field added to a fact later does not change the text of the facts that go without it.
 */
export function contentOf(fact: Fact): string {
  const ordered =
    fact.kind === 'invoice-finalised' || fact.kind === 'credit-note-finalised'
      ? { ...fact, lines: [...fact.lines].sort((a, b) => a.lineNo - b.lineNo) }
      : fact;
  return JSON.stringify(ordered, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
