// Opens the books of an issuer: its chart of accounts and its periods.
import { Injectable } from '@nestjs/common';
import { addMonths, Currency, DomainError, IssuerId, LocalDate, startOfMonth } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Tx } from '@countinghouse/platform';
import { chartFor } from '../domain/chart-of-accounts';
import { functionalCurrencyOf, insertAccounts, insertPeriods, lastPeriod } from '../persistence/chart.queries';

export interface OpenBooksInput {
  readonly issuerId: IssuerId;
  /** ISO 3166 alpha-2; decides the chart: SNC codes for PT, IFRS-style codes elsewhere. */
  readonly country: string;
  readonly functionalCurrency: Currency;
  /** The first period is the month of this day. */
  readonly from: LocalDate;
}

/** How many months are opened at once; posting opens further ones as facts fall into them. */
const MONTHS_OPENED = 24;

@Injectable()
export class OpenBooks {
  constructor(private readonly audit: Audit) {}

  /**
   * Opening books that are open adds what is missing and changes nothing else.
   * @throws DomainError ISSUER_NOT_FOUND, FUNCTIONAL_CURRENCY_DIFFERS
   */
  async execute(tx: Tx, input: OpenBooksInput, actor: Actor): Promise<void> {
    authorise(actor, 'admin', input.issuerId);
    await this.refuseOtherCurrency(tx, input);
    const accounts = await insertAccounts(tx, input.issuerId, chartFor(input.country));
    const periods = await insertPeriods(tx, input.issuerId, input.from, addMonths(startOfMonth(input.from), MONTHS_OPENED - 1));
    if (accounts + periods > 0) await this.record(tx, actor, 'accounting.open-books', input.issuerId, { accounts, periods });
  }

  /**
   * Opens the months from the last period to the month of `through`, however far ahead.
   * @throws DomainError BOOKS_NOT_OPEN
   */
  async ensurePeriods(tx: Tx, issuerId: IssuerId, through: LocalDate, actor: Actor): Promise<void> {
    authorise(actor, 'accountant', issuerId);
    const last = await lastPeriod(tx, issuerId);
    if (!last) {
      throw new DomainError('BOOKS_NOT_OPEN', `Issuer ${issuerId} has no periods.`, {
        field: 'issuerId',
        value: issuerId,
        remedy: 'Open the books of the issuer first.',
      });
    }
    const periods = await insertPeriods(tx, issuerId, last, through);
    if (periods > 0) await this.record(tx, actor, 'accounting.ensure-periods', issuerId, { periods, through });
  }

  private async refuseOtherCurrency(tx: Tx, input: OpenBooksInput): Promise<void> {
    const currency = await functionalCurrencyOf(tx, input.issuerId);
    if (currency === undefined) {
      throw new DomainError('ISSUER_NOT_FOUND', `There is no issuer ${input.issuerId}.`, {
        field: 'issuerId',
        value: input.issuerId,
        remedy: 'Create the issuer first.',
      });
    }
    if (currency !== input.functionalCurrency) {
      throw new DomainError('FUNCTIONAL_CURRENCY_DIFFERS', `The issuer keeps its books in ${currency}.`, {
        field: 'functionalCurrency',
        value: input.functionalCurrency,
        remedy: `Open its books in ${currency}.`,
      });
    }
  }

  private record(tx: Tx, actor: Actor, action: string, issuerId: IssuerId, change: Record<string, unknown>): Promise<void> {
    return this.audit.record(tx, actor, [{ action, subjectType: 'issuer', subjectId: issuerId, issuerId, change }]);
  }
}
