// What hangs on a company in the API: contacts, notes, versions, moves, VAT checks, its account.
import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, DateTimeScalar, enumOf } from '@countinghouse/platform';
import { DELIVERIES, type Delivery } from '../domain/company-profile';
import { CONTACT_ROLES, type ContactRole } from '../domain/contact';
import { PAYMENT_TERMS_KINDS, type PaymentTermsKind } from '../domain/payment-terms';
import { PLACE_KINDS, type PlaceKind } from '../persistence/hierarchy.queries';

export const DeliveryEnum = enumOf<Delivery>('CompanyDelivery', DELIVERIES, 'How documents reach the company.');
export const PaymentTermsKindEnum = enumOf<PaymentTermsKind>('PaymentTermsKind', PAYMENT_TERMS_KINDS, 'Whether the days run from the day of issue or from the end of its month.');
export const ContactRoleEnum = enumOf<ContactRole>('ContactRole', CONTACT_ROLES);
export const PlaceKindEnum = enumOf<PlaceKind>('HierarchyKind', PLACE_KINDS, 'Who belongs to whom, or who is invoiced for whom.');
export const VatResultEnum = enumOf('VatCheckResult', ['valid', 'invalid', 'unavailable', 'not-required']);
export const VatSourceEnum = enumOf('VatCheckSource', ['vies', 'sandbox', 'stated'], 'Who says so: a service that was asked, or a person or file that stated it.');

@ObjectType('CompanyContact', { description: 'A person of a company whom we talk to.' })
export class ContactType {
  @Field(() => ID)
  readonly id!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => String, { nullable: true })
  readonly email!: string | null;
  @Field(() => String, { nullable: true })
  readonly phone!: string | null;
  @Field(() => [ContactRoleEnum])
  readonly roles!: ContactRole[];
}

@ObjectType('CompanyNote')
export class NoteType {
  @Field(() => ID)
  readonly id!: string;
  @Field(() => String)
  readonly text!: string;
  @Field(() => DateTimeScalar)
  readonly writtenAt!: Date;
  @Field(() => String)
  readonly writtenBy!: string;
}
export const NoteConnection = Connection('CompanyNote', () => NoteType);

@ObjectType('CompanyVersion', { description: 'What a company was from a day on, as an issued document shows it.' })
export class VersionType {
  @Field(() => Int)
  readonly no!: number;
  @Field(() => DateScalar, { nullable: true, description: 'Null of the first, which holds for all days before the second.' })
  readonly validFrom!: LocalDate | null;
  @Field(() => DateTimeScalar)
  readonly recordedAt!: Date;
  @Field(() => String)
  readonly recordedBy!: string;
  @Field(() => String, { nullable: true })
  readonly reason!: string | null;
  @Field(() => [String], { description: 'The fields in which it differs from the version before, as tables name them.' })
  readonly changed!: string[];
}
export const VersionConnection = Connection('CompanyVersion', () => VersionType);

@ObjectType('CompanyMove', { description: 'From a day on, the company stands under another, or another is invoiced for it.' })
export class MoveType {
  @Field(() => PlaceKindEnum)
  readonly kind!: PlaceKind;
  @Field(() => DateScalar, { nullable: true, description: 'Null: from its registration.' })
  readonly effectiveOn!: LocalDate | null;
  @Field(() => DateTimeScalar)
  readonly recordedAt!: Date;
  @Field(() => String)
  readonly recordedBy!: string;
  @Field(() => String, { nullable: true })
  readonly reason!: string | null;
  readonly targetId!: string | null;
}
export const MoveConnection = Connection('CompanyMove', () => MoveType);

@ObjectType('VatCheck', { description: 'A check of a tax number and its answer: the evidence for how an invoice was taxed.' })
export class VatCheckType {
  @Field(() => ID)
  readonly id!: string;
  @Field(() => String)
  readonly taxId!: string;
  @Field(() => VatResultEnum, { description: 'UNAVAILABLE says nothing about the number.' })
  readonly result!: string;
  @Field(() => VatSourceEnum)
  readonly source!: string;
  @Field(() => DateTimeScalar)
  readonly checkedAt!: Date;
  @Field(() => String, { nullable: true, description: 'The consultation number, which proves the question to an authority.' })
  readonly consultation!: string | null;
  @Field(() => String, { nullable: true })
  readonly traderName!: string | null;
  @Field(() => String, { nullable: true })
  readonly traderAddress!: string | null;
  @Field(() => String)
  readonly requestedBy!: string;
}
export const VatCheckConnection = Connection('VatCheck', () => VatCheckType);

@ObjectType('BankAccount')
export class BankAccountType {
  @Field(() => String, { description: 'Below the role billing, only its last four characters.' })
  readonly iban!: string;
  @Field(() => String, { nullable: true })
  readonly bic!: string | null;
  @Field(() => String, { nullable: true })
  readonly holder!: string | null;
}

@ArgsType()
export class PayerOnArgs {
  @Field(() => DateScalar)
  readonly day!: LocalDate;
}

