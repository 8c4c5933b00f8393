// Money in the API: the amount in major units as people write it, and the same in minor units as machines add it.
import { Field, FieldMiddleware, InputType, ObjectType } from '@nestjs/graphql';
import { Money } from '@countinghouse/kernel';
import { DecimalScalar } from './scalars';

@ObjectType('Money', { description: 'An exact amount of one currency.' })
export class MoneyType {
  @Field(() => DecimalScalar, { description: 'Major units with all decimals of the currency: `"12.30"`, `"500"` in JPY.' })
  readonly amount!: string;

  @Field(() => String, { description: 'ISO 4217, such as `EUR`.' })
  readonly currency!: string;

  @Field(() => DecimalScalar, { description: 'The same amount as a whole number of minor units: `"1230"`.' })
  readonly minorUnits!: string;
}

@InputType('MoneyInput', { description: 'An exact amount of one currency.' })
export class MoneyInput {
  @Field(() => DecimalScalar, { description: 'Major units, at most as many decimals as the currency has: `"12.30"`.' })
  readonly amount!: string;

  @Field(() => String, { description: 'ISO 4217, such as `EUR`.' })
  readonly currency!: string;
}

export function moneyType(minor: bigint, currency: string): MoneyType {
  return { amount: Money.of(minor, currency).toDecimal(), currency, minorUnits: minor.toString() };
}

const fromMinor: FieldMiddleware = ({ source, info }) => {
  const row = source as Record<string, unknown>;
  const minor = row[`${info!.fieldName}Minor`] as bigint | null;
  return minor === null ? null : moneyType(minor, row['currency'] as string);
};

/** A Money field of a row that has `<field>Minor` (bigint) and `currency`. */
export function MoneyField(options: { description?: string; nullable?: boolean } = {}): PropertyDecorator & MethodDecorator {
  return Field(() => MoneyType, { ...options, middleware: [fromMinor] });
}
