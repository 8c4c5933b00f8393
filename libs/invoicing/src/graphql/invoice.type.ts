// Invoices in the API.
import { ArgsType, Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, DateTimeScalar, DecimalScalar, enumOf, MoneyField, Node, PageArgs } from '@countinghouse/platform';
import type { DocumentType, Stream } from '../domain/document-number';
import { BillingDocument, DocumentLine } from './document.type';

export type InvoiceState = 'draft' | 'finalised' | 'paid' | 'void' | 'uncollectible';

export const InvoiceStateEnum = enumOf<InvoiceState>('InvoiceState', ['draft', 'finalised', 'paid', 'void', 'uncollectible']);
export const DocumentTypeEnum = enumOf<DocumentType>('DocumentType', ['invoice', 'credit-note']);
export const StreamEnum = enumOf<Stream>('Stream', ['company', 'member'], 'The business stream (companies) or the member stream (persons).');

@ObjectType('Invoice', { implements: () => [Node], description: 'A legal document; immutable once finalised.' })
export class InvoiceType extends BillingDocument {
  @Field(() => DocumentTypeEnum)
  readonly documentType!: DocumentType;
  @Field(() => StreamEnum)
  readonly stream!: Stream;
  @Field(() => InvoiceStateEnum)
  readonly state!: InvoiceState;
  @Field(() => String, { nullable: true, description: 'Null while it is a draft.' })
  readonly number!: string | null;
  @Field(() => DateScalar, { nullable: true })
  readonly issuedOn!: LocalDate | null;
  @Field(() => DateScalar, { nullable: true })
  readonly dueOn!: LocalDate | null;
  @MoneyField({ description: 'What is still to be settled.' })
  readonly open!: unknown;
  @Field(() => DateTimeScalar, { nullable: true })
  readonly finalisedAt!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true })
  readonly paidAt!: Date | null;
  readonly issuerId!: string;
  readonly companyId!: string;
  readonly runId!: string | null;
}

@ObjectType('InvoiceLine')
export class InvoiceLineType extends DocumentLine {
  readonly invoiceId!: string;
}

@ObjectType('InvoiceTax', { description: 'One tax category and rate of an invoice: computed on the sum, rounded once.' })
export class InvoiceTaxType {
  @Field(() => String)
  readonly taxCategory!: string;
  @Field(() => DecimalScalar, { description: 'Percent.' })
  readonly taxRate!: string;
  @MoneyField()
  readonly base!: unknown;
  @MoneyField()
  readonly tax!: unknown;
  @Field(() => String, { nullable: true, description: 'Why no tax is charged.' })
  readonly reason!: string | null;
  readonly invoiceId!: string;
  readonly currency!: string;
}

@ObjectType('Allocation', { description: 'The part of a payment, receipt or credit note that settles an invoice.' })
export class AllocationType {
  @Field(() => String, { description: '`payment`, …' })
  readonly sourceType!: string;
  @MoneyField()
  readonly amount!: unknown;
  @Field(() => DateScalar)
  readonly allocatedOn!: LocalDate;
  readonly sourceId!: string;
  readonly invoiceId!: string;
  readonly currency!: string;
}

export const InvoiceConnection = Connection('Invoice', () => InvoiceType);

@InputType('InvoiceFilter', { description: 'Every condition that is given must hold.' })
export class InvoiceFilter {
  @Field(() => ID, { nullable: true })
  readonly issuerId?: string | null;
  @Field(() => ID, { nullable: true })
  readonly companyId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The id of a company or of a member.' })
  readonly payerId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The run that made it.' })
  readonly runId?: string | null;
  @Field(() => InvoiceStateEnum, { nullable: true })
  readonly state?: InvoiceState | null;
  @Field(() => DocumentTypeEnum, { nullable: true })
  readonly documentType?: DocumentType | null;
  @Field(() => StreamEnum, { nullable: true })
  readonly stream?: Stream | null;
  @Field(() => String, { nullable: true, description: 'The whole number of the document.' })
  readonly number?: string | null;
}

@ArgsType()
export class InvoicesArgs extends PageArgs {
  @Field(() => InvoiceFilter, { nullable: true })
  readonly filter?: InvoiceFilter | null;
}

@InputType('BillingRunStartInput')
export class BillingRunStartInput {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'Bills what is owed up to this day and not yet charged.' })
  readonly through!: LocalDate;
  @Field(() => String, { description: 'Chosen by you; the same key and input again answers the same run.' })
  readonly idempotencyKey!: string;
}
