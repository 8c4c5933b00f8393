// What changes companies in the API: inputs, and what mutations answer.
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { DateScalar, Payload } from '@countinghouse/platform';
import type { Delivery, VatStatus } from '../domain/company-profile';
import type { ContactRole } from '../domain/contact';
import type { PaymentTermsKind } from '../domain/payment-terms';
import { ContactRoleEnum, ContactType, DeliveryEnum, PaymentTermsKindEnum, VatCheckType } from './company-detail.type';
import { CompanyType, VatStatusEnum } from './company.type';

/** Every field that can be left out; null empties it. */
@InputType({ isAbstract: true })
abstract class ProfileInput {
  @Field(() => String, { nullable: true })
  readonly tradeName?: string | null;
  @Field(() => String, { nullable: true, description: 'Checked by the check digits of its country.' })
  readonly taxId?: string | null;
  @Field(() => String, { nullable: true, description: 'The number in the commercial register.' })
  readonly registrationId?: string | null;
  @Field(() => PaymentTermsKindEnum, { nullable: true })
  readonly paymentTermsKind?: PaymentTermsKind | null;
  @Field(() => DeliveryEnum, { nullable: true })
  readonly delivery?: Delivery | null;
  @Field(() => String, { nullable: true })
  readonly email?: string | null;
  @Field(() => String, { nullable: true, description: 'The scheme of the electronic address, a code of the EAS list: `9946`.' })
  readonly eInvoiceScheme?: string | null;
  @Field(() => String, { nullable: true })
  readonly eInvoiceAddress?: string | null;
  @Field(() => String, { nullable: true })
  readonly portalUrl?: string | null;
  @Field(() => String, { nullable: true })
  readonly purchaseOrder?: string | null;
  @Field(() => [String], { nullable: true })
  readonly costCentres?: string[] | null;
  @Field(() => String, { nullable: true })
  readonly addressLine?: string | null;
  @Field(() => String, { nullable: true })
  readonly addressLine2?: string | null;
  @Field(() => String, { nullable: true })
  readonly addressLine3?: string | null;
  @Field(() => String, { nullable: true })
  readonly postalCode?: string | null;
  @Field(() => String, { nullable: true })
  readonly city?: string | null;
  @Field(() => String, { nullable: true })
  readonly region?: string | null;
}

@InputType('CompanyRegisterInput')
export class CompanyRegisterInput extends ProfileInput {
  @Field(() => String)
  readonly number!: string;
  @Field(() => String)
  readonly legalName!: string;
  @Field(() => String)
  readonly country!: string;
  @Field(() => VatStatusEnum, { nullable: true, description: 'UNCHECKED unless told; then it is checked soon.' })
  readonly vatStatus?: VatStatus | null;
  @Field(() => String)
  readonly currency!: string;
  @Field(() => String)
  readonly language!: string;
  @Field(() => String)
  readonly timeZone!: string;
  @Field(() => Int)
  readonly paymentTermsDays!: number;
  @Field(() => ID, { nullable: true })
  readonly parentId?: string | null;
  @Field(() => ID, { nullable: true })
  readonly payerId?: string | null;
  @Field(() => String, { description: 'The same key and input again answer the same.' })
  readonly idempotencyKey!: string;
}

@InputType('CompanyEditInput')
export class CompanyEditInput extends ProfileInput {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => String, { nullable: true })
  readonly legalName?: string | null;
  @Field(() => String, { nullable: true })
  readonly country?: string | null;
  @Field(() => String, { nullable: true })
  readonly currency?: string | null;
  @Field(() => String, { nullable: true })
  readonly language?: string | null;
  @Field(() => String, { nullable: true })
  readonly timeZone?: string | null;
  @Field(() => Int, { nullable: true })
  readonly paymentTermsDays?: number | null;
  @Field(() => DateScalar, { nullable: true, description: 'From which day it is so; today unless told, not ahead and not before the last change.' })
  readonly validFrom?: LocalDate | null;
  @Field(() => String, { nullable: true })
  readonly reason?: string | null;
}

@InputType('CompanyBankAccountChangeInput')
export class CompanyBankAccountChangeInput {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => String, { nullable: true, description: 'Null: there is none.' })
  readonly iban?: string | null;
  @Field(() => String, { nullable: true })
  readonly bic?: string | null;
  @Field(() => String, { nullable: true })
  readonly accountHolder?: string | null;
  @Field(() => String)
  readonly reason!: string;
}

@InputType('CompanyMoveInput')
export class CompanyMoveInput {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => ID, { nullable: true, description: 'Null: from then on it stands alone.' })
  readonly parentId?: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'Today in the company’s zone unless told.' })
  readonly effectiveOn?: LocalDate | null;
  @Field(() => String, { nullable: true })
  readonly reason?: string | null;
}

@InputType('CompanyPayerChangeInput')
export class CompanyPayerChangeInput {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => ID, { nullable: true, description: 'Null: from then on it pays for itself.' })
  readonly payerId?: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'Today in the company’s zone unless told. What was charged for the days before stays where it was.' })
  readonly effectiveOn?: LocalDate | null;
  @Field(() => String, { nullable: true })
  readonly reason?: string | null;
}

@InputType('CompanyStatusInput')
export class CompanyStatusInput {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => String, { nullable: true, description: 'Needed for all but resuming.' })
  readonly reason?: string | null;
}

@InputType({ isAbstract: true })
abstract class ContactInput {
  @Field(() => String)
  readonly name!: string;
  @Field(() => String, { nullable: true })
  readonly email?: string | null;
  @Field(() => String, { nullable: true })
  readonly phone?: string | null;
  @Field(() => [ContactRoleEnum])
  readonly roles!: ContactRole[];
}

@InputType('CompanyContactAddInput')
export class CompanyContactAddInput extends ContactInput {
  @Field(() => ID)
  readonly companyId!: string;
}

@InputType('CompanyContactChangeInput')
export class CompanyContactChangeInput extends ContactInput {
  @Field(() => ID)
  readonly contactId!: string;
}

@InputType('CompanyContactRemoveInput')
export class CompanyContactRemoveInput {
  @Field(() => ID)
  readonly contactId!: string;
}

@InputType('CompanyNoteAddInput')
export class CompanyNoteAddInput {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => String)
  readonly text!: string;
}

@InputType('CompanyVatCheckInput')
export class CompanyVatCheckInput {
  @Field(() => ID)
  readonly companyId!: string;
}

@ObjectType('CompanyPayload')
export class CompanyPayload extends Payload {
  @Field(() => CompanyType, { nullable: true })
  readonly company?: CompanyType | null;
  @Field(() => [String], { defaultValue: [], description: 'What does not stand in the way, but should be known.' })
  readonly warnings?: string[];
}

@ObjectType('CompanyContactPayload')
export class CompanyContactPayload extends CompanyPayload {
  @Field(() => ContactType, { nullable: true })
  readonly contact?: ContactType | null;
}

@ObjectType('CompanyVatCheckPayload')
export class CompanyVatCheckPayload extends CompanyPayload {
  @Field(() => VatCheckType, { nullable: true })
  readonly check?: VatCheckType | null;
}
