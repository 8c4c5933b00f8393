// The chart of accounts and the exchange rates in the API.
import { ArgsType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, DateTimeScalar, DecimalScalar, PageArgs, Payload } from '@countinghouse/platform';
import type { AccountType } from '../domain/account-role';
import { AccountTypeEnum } from './ledger.type';

@ObjectType('Account', { description: 'An account of an issuer’s chart.' })
export class AccountOfChartType {
  @Field(() => String)
  readonly code!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => AccountTypeEnum)
  readonly type!: AccountType;
  @Field(() => String, { nullable: true, description: 'What posting rules call it: `receivables`. An account without a role is posted to by hand.' })
  readonly role!: string | null;
  @Field(() => String, { nullable: true, description: 'The only currency it takes; null takes every one.' })
  readonly currency!: string | null;
  @Field(() => Boolean, { name: 'isControl', description: 'The sum of its documents, which alone move it.' })
  readonly byDocument!: boolean;
  @Field(() => Int, { nullable: true, description: 'In the taxonomy of the country’s audit file (SAF-T).' })
  readonly taxonomyCode!: number | null;
  @Field(() => DateScalar, { nullable: true, description: 'The first day that may be posted to; null from ever on.' })
  readonly activeFrom!: LocalDate | null;
  @Field(() => DateScalar, { nullable: true, description: 'The first day that may not any more; null while it is not closed.' })
  readonly activeUntil!: LocalDate | null;
}

@InputType('AccountAddInput')
export class AccountAddInput {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => String)
  readonly code!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => AccountTypeEnum)
  readonly type!: AccountType;
  @Field(() => String, { nullable: true, description: 'The only currency it takes; every one unless told.' })
  readonly currency?: string | null;
  @Field(() => Int, { nullable: true })
  readonly taxonomyCode?: number | null;
  @Field(() => DateScalar, { nullable: true })
  readonly activeFrom?: LocalDate | null;
}

@InputType('AccountCloseInput')
export class AccountCloseInput {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => String)
  readonly code!: string;
  @Field(() => DateScalar, { description: 'The first day that may not be posted to any more.' })
  readonly from!: LocalDate;
  @Field(() => String)
  readonly reason!: string;
}

@ObjectType('AccountPayload')
export class AccountPayload extends Payload {
  @Field(() => AccountOfChartType, { nullable: true })
  readonly account?: AccountOfChartType | null;
}

@ArgsType()
export class ExchangeRateArgs {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => String)
  readonly currency!: string;
  @Field(() => DateScalar)
  readonly on!: LocalDate;
}

@ObjectType('RecordedExchangeRate', { description: 'A rate as it was recorded; rates are corrected by newer ones and never changed.' })
export class RecordedExchangeRateType {
  @Field(() => String)
  readonly base!: string;
  @Field(() => String)
  readonly quote!: string;
  @Field(() => DateScalar, { description: 'It holds from this day on until there is a newer one.' })
  readonly on!: LocalDate;
  @Field(() => DecimalScalar, { description: 'What one unit of the base is worth in the quote.' })
  readonly rate!: string;
  @Field(() => String, { description: '`ECB`, for all issuers, or `manual`, for this one.' })
  readonly source!: string;
  @Field(() => String)
  readonly recordedBy!: string;
  @Field(() => DateTimeScalar)
  readonly recordedAt!: Date;
}
export const RecordedExchangeRateConnection = Connection('RecordedExchangeRate', () => RecordedExchangeRateType);

@ArgsType()
export class RecordedExchangeRatesArgs extends PageArgs {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => String)
  readonly currency!: string;
}

@InputType('ExchangeRateSetInput')
export class ExchangeRateSetInput {
  @Field(() => ID, { description: 'Whose books it is for.' })
  readonly issuerId!: string;
  @Field(() => String)
  readonly base!: string;
  @Field(() => String)
  readonly quote!: string;
  @Field(() => DateScalar, { description: 'It holds from this day on until there is a newer one.' })
  readonly on!: LocalDate;
  @Field(() => DecimalScalar, { description: 'What one unit of the base is worth in the quote.' })
  readonly rate!: string;
  @Field(() => String, { description: 'Where it comes from.' })
  readonly reason!: string;
}

@ObjectType('ExchangeRatePayload')
export class ExchangeRatePayload extends Payload {
  @Field(() => DecimalScalar, { nullable: true })
  readonly rate?: string | null;
}

@InputType('EcbRatesImportInput')
export class EcbRatesImportInput {
  @Field(() => String, { description: 'The text of the ECB’s CSV file, of one day or of some years. The whole history is for the command line.' })
  readonly csv!: string;
}

@ObjectType('EcbRatesPayload')
export class EcbRatesPayload extends Payload {
  @Field(() => Int, { nullable: true })
  readonly days?: number | null;
  @Field(() => Int, { nullable: true })
  readonly rates?: number | null;
  @Field(() => Int, { nullable: true, description: 'Those that were not known before.' })
  readonly added?: number | null;
}

@InputType('RevaluationRunStartInput')
export class RevaluationRunStartInput {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'The first day of the month.' })
  readonly periodStart!: LocalDate;
}
