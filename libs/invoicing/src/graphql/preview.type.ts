// Previews of billing in the API: what would stand on the documents, down to the charges of a line.
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, DateTimeScalar, DecimalScalar, MoneyField, Node, Payload } from '@countinghouse/platform';
import { ProposalInput } from '@countinghouse/subscriptions';
import { BillingDocument, DocumentLine } from './document.type';

@ObjectType('BillingPreview', {
  implements: () => [Node],
  description: 'What would be billed through a day, computed by the functions that bill. Its run has the totals; it is kept for a day.',
})
export class BillingPreviewType extends Node {
  @Field(() => DateScalar)
  readonly through!: LocalDate;
  @Field(() => Boolean, { description: 'Whether it takes in all companies below, however many levels.' })
  readonly withChildren!: boolean;
  @Field(() => Int, { description: 'How many proposals it rests on.' })
  readonly proposals!: number;
  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
  @Field(() => String)
  readonly createdBy!: string;
  @Field(() => DateTimeScalar, { description: 'It may be gone after this.' })
  readonly keptUntil!: Date;
  readonly issuerId!: string;
  readonly companyId!: string | null;
}

@ObjectType('PreviewDocument', { implements: () => [Node], description: 'A document as it would be issued, but for its number.' })
export class PreviewDocumentType extends BillingDocument {
  @Field(() => Int, { description: 'How many lines it has; very large previews show documents without them.' })
  readonly lineCount!: number;
}

@ObjectType('PreviewLine', { implements: () => [Node] })
export class PreviewLineType extends DocumentLine {
  readonly id!: string;
  @Field(() => Int, { description: 'How many charges and credits it adds up; the first 200 are shown.' })
  readonly chargeCount!: number;
  readonly companyId!: string;
}

@ObjectType('PreviewCharge', { description: 'A charge or credit of a line, with how its amount came about.' })
export class PreviewChargeType {
  @Field(() => String, { description: '`charge` or `credit`.' })
  readonly kind!: string;
  @Field(() => String, { description: '`fee`, `adjustment`, `enrolment-company`, `enrolment-member`.' })
  readonly componentType!: string;
  @Field(() => ID, { description: 'The fee component or enrolment, as a uuid.' })
  readonly componentId!: string;
  @Field(() => DateScalar)
  readonly start!: LocalDate;
  @Field(() => DateScalar, { description: 'The first day after it.' })
  readonly end!: LocalDate;
  @Field(() => DecimalScalar)
  readonly quantity!: string;
  @MoneyField()
  readonly unitPrice!: unknown;
  @MoneyField({ description: 'In the terms of the price: with tax if the price includes it.' })
  readonly amount!: unknown;
  @Field(() => String)
  readonly explanation!: string;
  readonly currency!: string;
}

export const PreviewDocumentConnection = Connection('PreviewDocument', () => PreviewDocumentType);
export const PreviewLineConnection = Connection('PreviewLine', () => PreviewLineType);
export const PreviewChargeConnection = Connection('PreviewCharge', () => PreviewChargeType);

@InputType('BillingPreviewStartInput')
export class BillingPreviewStartInput {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'Previews what is owed up to this day and not yet charged; at most ten years ahead.' })
  readonly through!: LocalDate;
  @Field(() => ID, { nullable: true, description: 'The documents of whoever pays for this company; everybody of the issuer when it is left out.' })
  readonly companyId?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Those of all companies below it as well, however many levels.' })
  readonly withChildren!: boolean;
  @Field(() => [ProposalInput], { nullable: true, description: 'What if these were done first, in this order; at most 50.' })
  readonly proposals?: ProposalInput[] | null;
  @Field(() => String, { description: 'Chosen by you; the same key and input again answers the same preview.' })
  readonly idempotencyKey!: string;
}

@ObjectType('BillingPreviewPayload')
export class BillingPreviewPayload extends Payload {
  @Field(() => BillingPreviewType, { nullable: true })
  readonly preview?: BillingPreviewType | null;
}
