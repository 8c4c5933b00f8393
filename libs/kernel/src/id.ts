/** Ids: UUIDs branded by what they identify, so that one cannot be passed for another. */
import { DomainError } from './domain-error';

/** A UUID in lower case that identifies a thing of that name. */
export type Id<Name extends string> = string & { readonly __id: Name };

export type IssuerId = Id<'Issuer'>;
export type CompanyId = Id<'Company'>;
export type MemberId = Id<'Member'>;
export type PlanId = Id<'Plan'>;
export type PriceId = Id<'Price'>;
export type ContractId = Id<'Contract'>;
export type EnrolmentId = Id<'Enrolment'>;
export type InvoiceId = Id<'Invoice'>;
export type CreditNoteId = Id<'CreditNote'>;
export type PaymentId = Id<'Payment'>;
export type AttemptId = Id<'Attempt'>;
export type RefundId = Id<'Refund'>;
export type RunId = Id<'Run'>;
export type EventId = Id<'Event'>;
export type PaymentMethodId = Id<'PaymentMethod'>;
export type AllocationId = Id<'Allocation'>;
export type AccountId = Id<'Account'>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const MAX_UNIX_MS = 2 ** 48 - 1;

/**
 * Reads an id from outside: any version of UUID, in either case. Lower case comes back, as PostgreSQL writes it, so that
 * ids compare as text.
 * @param field the name of the input, for the error
 * @throws DomainError ID_INVALID
 */
export function parseId<T extends Id<string>>(text: string, field = 'id'): T {
  if (!UUID.test(text)) {
    const value = text.slice(0, 60);
    throw new DomainError('ID_INVALID', `${field} ${JSON.stringify(value)} is not an id.`, {
      field,
      value,
      remedy: 'Give the id as it was returned, a UUID of 36 characters.',
    });
  }
  return text.toLowerCase() as T;
}

/**
 * A UUID of version 7 (RFC 9562): 48 bits of time, then chance. Ids sort by the millisecond they were made in, which
 * keeps the indexes of growing tables dense. Time and chance come from the caller, since this library has neither.
 * @param unixMs milliseconds since 1970-01-01T00:00Z
 * @param random 10 bytes of chance, of which 74 bits are used
 * @throws RangeError on another length, or a time that does not fit 48 bits
 */
export function uuidV7(unixMs: number, random: Uint8Array): string {
  if (random.length !== 10) throw new RangeError(`A UUID takes 10 random bytes, not ${random.length}.`);
  if (!Number.isInteger(unixMs) || unixMs < 0 || unixMs > MAX_UNIX_MS) throw new RangeError(`${unixMs} is not a time of a UUID.`);
  const time = unixMs.toString(16).padStart(12, '0');
  const hex = (i: number) => HEX[random[i]!]!;
  const version = HEX[0x70 | (random[0]! & 0x0f)]!;
  const variant = HEX[0x80 | (random[2]! & 0x3f)]!;
  const tail = hex(4) + hex(5) + hex(6) + hex(7) + hex(8) + hex(9);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(1)}-${variant}${hex(3)}-${tail}`;
}
