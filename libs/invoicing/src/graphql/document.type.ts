// What a document and its lines say of themselves, issued or previewed.
import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { PayerType } from '@countinghouse/companies';
import type { LocalDate } from '@countinghouse/kernel';
import { DateScalar, DecimalScalar, MoneyField } from '@countinghouse/platform';

@ObjectType({ isAbstract: true })
export abstract class BillingDocument {
  /** The field is that of Node. */
  readonly id!: string;
  @Field(() => String, { description: 'ISO 4217.' })
  readonly currency!: string;
  @MoneyField()
  readonly net!: unknown;
  @MoneyField()
  readonly tax!: unknown;
  @MoneyField()
  readonly gross!: unknown;
  readonly payerType!: PayerType;
  readonly payerId!: string;
}

@ObjectType({ isAbstract: true })
export abstract class DocumentLine {
  @Field(() => Int)
  readonly lineNo!: number;
  @Field(() => String)
  readonly description!: string;
  @Field(() => DecimalScalar)
  readonly quantity!: string;
  @MoneyField()
  readonly unitPrice!: unknown;
  @MoneyField()
  readonly net!: unknown;
  @Field(() => String, { description: 'EN 16931: S, AE, O, E …' })
  readonly taxCategory!: string;
  @Field(() => DecimalScalar, { description: 'Percent.' })
  readonly taxRate!: string;
  @Field(() => DateScalar)
  readonly serviceStart!: LocalDate;
  @Field(() => DateScalar, { description: 'The first day after the service period.' })
  readonly serviceEnd!: LocalDate;
  readonly currency!: string;
}
