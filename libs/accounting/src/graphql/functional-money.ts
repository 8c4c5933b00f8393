// Money in the issuer's functional currency, beside the money of the posting.
import { Field, FieldMiddleware } from '@nestjs/graphql';
import { MoneyType, moneyType } from '@countinghouse/platform';

const fromMinor: FieldMiddleware = ({ source, info }) => {
  const row = source as Record<string, unknown>;
  return moneyType(row[`${info!.fieldName}Minor`] as bigint, row['functionalCurrency'] as string);
};

/** A Money field of a row that has `<field>Minor` and `functionalCurrency`. */
export function FunctionalMoneyField(options: { description?: string } = {}): PropertyDecorator & MethodDecorator {
  return Field(() => MoneyType, { ...options, middleware: [fromMinor] });
}
