// What an event contract is: a past-tense, versioned name and the schema of its payload.
import { z } from 'zod';

export interface EventContract<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  /** `<publisher>.<past tense>.v<n>`, e.g. `invoicing.invoice-finalised.v1`. A changed shape is a new version. */
  readonly name: Name;
  readonly schema: Schema;
}

export type PayloadOf<Contract extends EventContract> = z.infer<Contract['schema']>;

export function defineEvent<Name extends string, Schema extends z.ZodType>(
  name: Name,
  schema: Schema,
): EventContract<Name, Schema> {
  return { name, schema };
}

/** An event to be appended to the outbox: its contract and a payload that the schema accepts. */
export interface Event<Contract extends EventContract = EventContract> {
  readonly contract: Contract;
  readonly payload: PayloadOf<Contract>;
}

export function event<Contract extends EventContract>(contract: Contract, payload: PayloadOf<Contract>): Event<Contract> {
  return { contract, payload };
}

/** Field schemas that every publisher shares. Amounts travel as decimal integers of minor units in text: JSON has no bigint. */
export const id = z.uuid();
export const day = z.iso.date();
export const currencyCode = z.string().length(3);
export const minorUnits = z.string().regex(/^-?\d+$/);
