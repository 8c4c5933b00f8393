// Payments in the API.
import { ArgsType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import type { PayerType } from '@countinghouse/companies';
import { Connection, DateScalar, DateTimeScalar, enumOf, MoneyField, Node, PageArgs } from '@countinghouse/platform';
import type { AttemptState, PaymentState } from '../domain/payment-state';

export const PaymentStateEnum = enumOf<PaymentState>(
  'PaymentState',
  ['scheduled', 'processing', 'unknown', 'succeeded', 'failed', 'cancelled'],
  'UNKNOWN is a time-out: never charged again until the provider has said what happened.',
);
export const AttemptStateEnum = enumOf<AttemptState>('AttemptState', ['created', 'submitted', 'unknown', 'succeeded', 'declined']);

@ObjectType('Payment', { implements: () => [Node], description: 'Money in through a provider.' })
export class PaymentType extends Node {
  @Field(() => PaymentStateEnum)
  readonly state!: PaymentState;
  @MoneyField()
  readonly amount!: unknown;
  @Field(() => String, { description: 'Code of the provider.' })
  readonly provider!: string;
  @Field(() => String, { nullable: true, description: 'What the payer knows the method by; never a card number.' })
  readonly methodLabel!: string | null;
  @Field(() => DateScalar, { description: 'When it is due to be charged, for the first time or again.' })
  readonly collectOn!: LocalDate;
  @Field(() => DateScalar, { nullable: true })
  readonly capturedOn!: LocalDate | null;
  @Field(() => String, { nullable: true, description: 'Why the provider last declined.' })
  readonly declineCode!: string | null;
  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
  readonly currency!: string;
  readonly invoiceId!: string;
  readonly issuerId!: string;
  readonly payerType!: PayerType;
  readonly payerId!: string;
}

@ObjectType('Attempt', { description: 'One try of a payment.' })
export class AttemptType {
  @Field(() => Int)
  readonly no!: number;
  @Field(() => AttemptStateEnum)
  readonly state!: AttemptState;
  @Field(() => String)
  readonly provider!: string;
  @Field(() => String, { nullable: true, description: 'What the provider calls it.' })
  readonly providerReference!: string | null;
  @Field(() => String, { nullable: true })
  readonly declineCode!: string | null;
  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  readonly resolvedAt!: Date | null;
  readonly paymentId!: string;
}

export const PaymentConnection = Connection('Payment', () => PaymentType);

@InputType('PaymentFilter', { description: 'Every condition that is given must hold.' })
export class PaymentFilter {
  @Field(() => ID, { nullable: true })
  readonly issuerId?: string | null;
  @Field(() => ID, { nullable: true })
  readonly invoiceId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The id of a company or of a member.' })
  readonly payerId?: string | null;
  @Field(() => PaymentStateEnum, { nullable: true })
  readonly state?: PaymentState | null;
}

@ArgsType()
export class PaymentsArgs extends PageArgs {
  @Field(() => PaymentFilter, { nullable: true })
  readonly filter?: PaymentFilter | null;
}

@InputType('CollectionRunStartInput')
export class CollectionRunStartInput {
  @Field(() => ID, { nullable: true, description: 'All issuers when it is left out; your scope must then be all.' })
  readonly issuerId?: string | null;
  @Field(() => DateScalar, { description: 'Collects what is due through this day.' })
  readonly through!: LocalDate;
  @Field(() => String, { description: 'Chosen by you; the same key and input again answers the same run.' })
  readonly idempotencyKey!: string;
}
