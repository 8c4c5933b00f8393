// The ledger in the API.
import { ArgsType, Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { DateScalar, enumOf, MoneyField } from '@countinghouse/platform';
import type { AccountType } from '../domain/account-role';
import { FunctionalMoneyField } from './functional-money';

export const AccountTypeEnum = enumOf<AccountType>('AccountType', ['asset', 'liability', 'equity', 'income', 'expense']);

@ObjectType('TrialBalanceLine', { description: 'One account and currency of a trial balance.' })
export class TrialBalanceLineType {
  @Field(() => String, { description: 'The account’s code in the chart.' })
  readonly accountCode!: string;
  @Field(() => String)
  readonly accountName!: string;
  @Field(() => AccountTypeEnum)
  readonly accountType!: AccountType;
  @Field(() => String, { nullable: true, description: 'What posting rules call the account: `receivables`.' })
  readonly accountRole!: string | null;
  @MoneyField()
  readonly debit?: unknown;
  @MoneyField()
  readonly credit?: unknown;
  @MoneyField({ description: 'Debit minus credit.' })
  readonly balance?: unknown;
  @FunctionalMoneyField({ description: 'The debits in the issuer’s currency.' })
  readonly functionalDebit?: unknown;
  @FunctionalMoneyField({ description: 'The credits in the issuer’s currency.' })
  readonly functionalCredit?: unknown;
  @FunctionalMoneyField({ description: 'The balance in the issuer’s currency, at the rates it was booked at.' })
  readonly functionalBalance?: unknown;
  readonly currency!: string;
}

@ArgsType()
export class TrialBalanceArgs {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { nullable: true, description: 'Postings up to and including this day; all unless told.' })
  readonly asOf?: LocalDate | null;
}

@InputType('RecognitionRunStartInput')
export class RecognitionRunStartInput {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'Revenue earned through this day.' })
  readonly through!: LocalDate;
}
