// Companies and their members in the API.
import { ArgsType, createUnionType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, enumOf, Node, PageArgs } from '@countinghouse/platform';
import { VAT_STATUSES, type Delivery, type VatStatus } from '../domain/company-profile';
import { COMPANY_STATUSES, type CompanyStatus } from '../domain/company-status';
import type { PaymentTermsKind } from '../domain/payment-terms';
import { DeliveryEnum, PaymentTermsKindEnum } from './company-detail.type';
import type { MemberStatus } from '../persistence/member.entity';

export const CompanyStatusEnum = enumOf<CompanyStatus>('CompanyStatus', COMPANY_STATUSES);
export const VatStatusEnum = enumOf<VatStatus>('VatStatus', VAT_STATUSES, 'What the last check of the tax id said.');
export const MemberStatusEnum = enumOf<MemberStatus>('MemberStatus', ['eligible', 'enrolled', 'left']);

@ObjectType('Company', { implements: () => [Node], description: 'A corporate client.' })
export class CompanyType extends Node {
  @Field(() => String, { description: 'Unique; the business key used in files.' })
  readonly number!: string;
  @Field(() => String)
  readonly legalName!: string;
  @Field(() => String, { nullable: true })
  readonly tradeName!: string | null;
  @Field(() => String, { description: 'ISO 3166, two letters.' })
  readonly country!: string;
  @Field(() => String, { nullable: true })
  readonly taxId!: string | null;
  @Field(() => VatStatusEnum)
  readonly vatStatus!: VatStatus;
  @Field(() => DateScalar, { nullable: true })
  readonly vatCheckedOn!: LocalDate | null;
  @Field(() => String, { description: 'ISO 4217: what it is invoiced in.' })
  readonly currency!: string;
  @Field(() => String, { description: 'Of its documents: `pt`, `pt-BR`.' })
  readonly language!: string;
  @Field(() => String, { description: 'IANA zone.' })
  readonly timeZone!: string;
  @Field(() => Int)
  readonly paymentTermsDays!: number;
  @Field(() => String, { nullable: true })
  readonly email!: string | null;
  @Field(() => String, { nullable: true })
  readonly addressLine!: string | null;
  @Field(() => String, { nullable: true })
  readonly postalCode!: string | null;
  @Field(() => String, { nullable: true })
  readonly city!: string | null;
  @Field(() => CompanyStatusEnum)
  readonly status!: CompanyStatus;
  @Field(() => String, { nullable: true, description: 'The number in the commercial register.' })
  readonly registrationId!: string | null;
  @Field(() => PaymentTermsKindEnum)
  readonly paymentTermsKind!: PaymentTermsKind;
  @Field(() => DeliveryEnum, { nullable: true, description: 'How its documents reach it; null: they are fetched here.' })
  readonly delivery!: Delivery | null;
  @Field(() => String, { nullable: true })
  readonly eInvoiceScheme!: string | null;
  @Field(() => String, { nullable: true })
  readonly eInvoiceAddress!: string | null;
  @Field(() => String, { nullable: true })
  readonly portalUrl!: string | null;
  @Field(() => String, { nullable: true })
  readonly purchaseOrder!: string | null;
  @Field(() => [String])
  readonly costCentres!: string[];
  @Field(() => String, { nullable: true })
  readonly addressLine2!: string | null;
  @Field(() => String, { nullable: true })
  readonly addressLine3!: string | null;
  @Field(() => String, { nullable: true, description: 'County, state or province.' })
  readonly region!: string | null;
  @Field(() => Int, { description: 'How many times it has been changed, counted from 1.' })
  readonly version!: number;
  readonly parentId!: string | null;
  readonly payerId!: string | null;
}

@ObjectType('Member', { implements: () => [Node], description: 'A person of a company.' })
export class MemberType extends Node {
  @Field(() => String, { description: 'The company’s own id of the person; unique within the company.' })
  readonly employeeId!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => String, { nullable: true })
  readonly email!: string | null;
  @Field(() => String, { nullable: true })
  readonly costCentre!: string | null;
  @Field(() => MemberStatusEnum)
  readonly status!: MemberStatus;
  @Field(() => DateScalar)
  readonly eligibleFrom!: LocalDate;
  @Field(() => DateScalar, { nullable: true, description: 'The first day on which the member no longer counts.' })
  readonly leftOn!: LocalDate | null;
  readonly companyId!: string;
  readonly dependantOfId!: string | null;
}

export const CompanyConnection = Connection('Company', () => CompanyType);
export const MemberConnection = Connection('Member', () => MemberType);

/** Who is invoiced. The row carries its __typename, since a company and a member look alike to a union. */
export const PayerUnion = createUnionType({
  name: 'Payer',
  description: 'Who is invoiced: a company, or a member.',
  types: () => [CompanyType, MemberType] as const,
  resolveType: (payer: { __typename?: string }) => payer.__typename!,
});

@InputType('CompanyFilter')
export class CompanyFilter {
  @Field(() => String, { nullable: true, description: 'Words of the name, the number, a tax id or an e-mail address; accents and capitals do not count.' })
  readonly search?: string | null;
  @Field(() => CompanyStatusEnum, { nullable: true })
  readonly status?: CompanyStatus | null;
  @Field(() => String, { nullable: true })
  readonly country?: string | null;
  @Field(() => String, { nullable: true })
  readonly currency?: string | null;
  @Field(() => VatStatusEnum, { nullable: true })
  readonly vatStatus?: VatStatus | null;
  @Field(() => ID, { nullable: true, description: 'Those that stand under it.' })
  readonly parentId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Those it is invoiced for.' })
  readonly payerId?: string | null;
}

@ArgsType()
export class CompaniesArgs extends PageArgs {
  @Field(() => CompanyFilter, { nullable: true })
  readonly filter?: CompanyFilter | null;
}
