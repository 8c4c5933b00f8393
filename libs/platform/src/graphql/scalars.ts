// The scalars of the API: a calendar day and an instant are different things, and exact numbers travel as text.
import { GraphQLError, GraphQLScalarType, Kind, ValueNode } from 'graphql';
import { decimal, LocalDate, localDate } from '@countinghouse/kernel';

/** RFC 3339 with a zone; a time without one is nobody's time. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})$/;

/** A scalar whose outer form is always text. `read` throws, with the remedy in its message, on text it does not take. */
function textScalar<T>(options: { name: string; description: string; read: (text: string) => T; write: (value: unknown) => string }) {
  const { name, description, read, write } = options;
  const parseValue = (value: unknown): T => {
    if (typeof value !== 'string') throw new GraphQLError(`${name} is written as a string`);
    return read(value);
  };
  return new GraphQLScalarType<T, string>({
    name,
    description,
    serialize: write,
    parseValue,
    parseLiteral: (node: ValueNode) => parseValue(node.kind === Kind.STRING ? node.value : undefined),
  });
}

/** In code a LocalDate, checked on the way in. */
export const DateScalar = textScalar<LocalDate>({
  name: 'Date',
  description: 'A day of the calendar, without time or zone: `2026-02-28`.',
  read: (text) => localDate(text),
  write: (value) => localDate(String(value)),
});

/** In code a JavaScript Date, as PostgreSQL's timestamptz arrives. */
export const DateTimeScalar = textScalar<Date>({
  name: 'DateTime',
  description: 'An instant in RFC 3339, given in UTC: `2026-02-28T09:30:00.000Z`.',
  read: (text) => {
    const instant = new Date(text);
    if (!INSTANT.test(text) || Number.isNaN(instant.getTime())) {
      throw new GraphQLError(`${JSON.stringify(text.slice(0, 40))} is not an instant; write it like 2026-02-28T09:30:00Z`);
    }
    return instant;
  },
  write: (value) => (value as Date).toISOString(),
});

/** In code text or bigint; never a number, which would lose digits. */
export const DecimalScalar = textScalar<string>({
  name: 'Decimal',
  description: 'An exact decimal number as a string: `"1234.50"`. Never a float.',
  read: (text) => {
    decimal(text);
    return text;
  },
  write: (value) => {
    if (typeof value !== 'string' && typeof value !== 'bigint') throw new TypeError('a Decimal is text or bigint in code');
    return value.toString();
  },
});
