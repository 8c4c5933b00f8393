// Adds an account to the chart of an issuer, to be posted to by hand.
import { Injectable } from '@nestjs/common';
import { currency, DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, violatedConstraint } from '@countinghouse/platform';
import type { AccountType } from '../domain/account-role';
import { AccountOfChart, insertAccount } from '../persistence/chart.queries';

export interface AddAccountInput {
  readonly issuerId: IssuerId;
  readonly code: string;
  readonly name: string;
  readonly type: AccountType;
  /** The only currency it takes; every one when it is left out. */
  readonly currency?: string | null;
  /** In the taxonomy of the country's audit file. */
  readonly taxonomyCode?: number | null;
  /** The first day that may be posted to; from ever on when it is left out. */
  readonly activeFrom?: LocalDate | null;
}

/** What hledger, ledger and beancount all take as the last part of a name, once its points are hyphens; so no hyphens of its own. */
const CODE = /^[0-9A-Z][0-9A-Za-z.]{0,29}$/;
const NAME = /^\P{Cc}*$/u;
const MAX_NAME_LENGTH = 200;

@Injectable()
export class AddAccount {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * What facts are posted to is there from the beginning, one account per role, so an added one has no role and no
   * documents: it is for entries by hand.
   * @throws DomainError FORBIDDEN, ACCOUNT_INVALID, CURRENCY_UNKNOWN, ACCOUNT_CODE_TAKEN
   */
  async execute(input: AddAccountInput, actor: Actor): Promise<AccountOfChart> {
    authorise(actor, 'accountant', input.issuerId);
    refuseUnusable(input);
    const { issuerId, code, type } = input;
    const name = input.name.trim();
    const account = { code, name, type, currency: input.currency == null ? null : currency(input.currency), taxonomyCode: input.taxonomyCode ?? null, activeFrom: input.activeFrom ?? null };
    return this.database.transaction(async (tx) => {
      const added = await insertAccount(tx, issuerId, account).catch((error: unknown) => {
        throw violatedConstraint(error) === 'account_code_is_unique_per_issuer' ? codeTaken(code, error) : error;
      });
      await this.audit.record(tx, actor, [{ action: 'accounting.add-account', subjectType: 'account', subjectId: String(added.id), issuerId, change: account }]);
      return added;
    });
  }
}

function refuseUnusable({ code, name, taxonomyCode }: AddAccountInput): void {
  if (!CODE.test(code)) throw invalid('code', code.slice(0, 40), 'Use up to 30 letters, digits and points, the first a digit or a capital.');
  if (name.trim() === '' || name.length > MAX_NAME_LENGTH || !NAME.test(name)) throw invalid('name', name.slice(0, 40), `Give a name of up to ${MAX_NAME_LENGTH} characters in one line.`);
  if (taxonomyCode != null && taxonomyCode <= 0) throw invalid('taxonomyCode', String(taxonomyCode), 'Use the number in the taxonomy, from 1.');
}

function invalid(field: string, value: string, remedy: string): DomainError {
  return new DomainError('ACCOUNT_INVALID', `${JSON.stringify(value)} cannot be the ${field} of an account.`, { field, value, remedy });
}

function codeTaken(code: string, cause: unknown): DomainError {
  return new DomainError('ACCOUNT_CODE_TAKEN', `The chart has an account ${code} already.`, { field: 'code', value: code, remedy: 'Use another code.', cause });
}
