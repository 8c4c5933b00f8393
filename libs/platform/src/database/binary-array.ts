// Arrays in PostgreSQL's binary form, for statements that carry tens of thousands of values: as text each of them would be written,
// quoted and parsed, which takes this side five times as long and the server half as long again.
import { LocalDate, localDate, toEpochDay } from '@countinghouse/kernel';

/** Object ids of the element types, from pg_type. */
const BYTEA = 17;
const INT8 = 20;
const INT4 = 23;
const TEXT = 25;
const DATE = 1082;
const UUID = 2950;

/** Length of a null element. */
const NULL_LENGTH = -1;
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

/** An element's length in bytes, and how it is written at a place. */
interface Codec<T> {
  readonly type: number;
  length(value: T): number;
  write(value: T, into: Buffer, at: number): void;
}

type Column<T> = readonly (T | null)[];

/**
 * The parameter for an array of one dimension: number of dimensions, whether there are nulls, element type, length and first
 * index; then each element with its length before it. pg sends a Buffer in binary form, so the statement must want an array
 * of exactly this type.
 */
function encoded<T>({ type, length, write }: Codec<T>, values: Column<T>): Buffer {
  const lengths = values.map((value) => (value === null ? NULL_LENGTH : length(value)));
  const bytes = lengths.reduce((sum, each) => sum + LENGTH_BYTES + Math.max(each, 0), HEADER_BYTES);
  const buffer = Buffer.allocUnsafe(bytes);
  const dimensions = values.length === 0 ? 0 : 1;
  [dimensions, values.includes(null) ? 1 : 0, type, values.length, 1].forEach((field, index) => buffer.writeInt32BE(field, 4 * index));
  // An empty array has no dimension, and nothing follows its type.
  if (dimensions === 0) return buffer.subarray(0, 12);
  let at = HEADER_BYTES;
  values.forEach((value, index) => {
    at = buffer.writeInt32BE(lengths[index]!, at);
    if (value === null) return;
    write(value, buffer, at);
    at += lengths[index]!;
  });
  return buffer;
}

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** PostgreSQL counts days from here. */
const FIRST_DAY = toEpochDay(localDate('2000-01-01'));

const fixed = <T>(type: number, bytes: number, write: Codec<T>['write']): Codec<T> => ({ type, length: () => bytes, write });

const INT4_CODEC = fixed<number>(INT4, 4, (value, into, at) => void into.writeInt32BE(value, at));
const INT8_CODEC = fixed<bigint>(INT8, 8, (value, into, at) => void into.writeBigInt64BE(value, at));
const DATE_CODEC = fixed<LocalDate>(DATE, 4, (day, into, at) => void into.writeInt32BE(toEpochDay(day) - FIRST_DAY, at));
const UUID_CODEC = fixed<string>(UUID, 16, (id, into, at) => {
  if (!UUID_TEXT.test(id)) throw new RangeError(`${id} is not a uuid`);
  into.write(id.replaceAll('-', ''), at, 'hex');
});
const TEXT_CODEC: Codec<string> = { type: TEXT, length: (text) => Buffer.byteLength(text), write: (text, into, at) => void into.write(text, at) };
const BYTEA_CODEC: Codec<Buffer> = { type: BYTEA, length: (bytes) => bytes.length, write: (bytes, into, at) => void bytes.copy(into, at) };

/** int[]; throws RangeError beyond 32 bits. */
export const int4Array = (values: Column<number>): Buffer => encoded(INT4_CODEC, values);
/** bigint[]; throws RangeError beyond 64 bits. */
export const int8Array = (values: Column<bigint>): Buffer => encoded(INT8_CODEC, values);
/** text[] */
export const textArray = (values: Column<string>): Buffer => encoded(TEXT_CODEC, values);
/** date[] */
export const dateArray = (values: Column<LocalDate>): Buffer => encoded(DATE_CODEC, values);
/** uuid[]; throws RangeError for what is none. */
export const uuidArray = (values: Column<string>): Buffer => encoded(UUID_CODEC, values);
/** bytea[] */
export const byteaArray = (values: Column<Buffer>): Buffer => encoded(BYTEA_CODEC, values);
