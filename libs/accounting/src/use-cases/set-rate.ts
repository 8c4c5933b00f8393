// Sets an exchange rate by hand, for the books of one issuer.
import { Injectable } from '@nestjs/common';
import { currency, DomainError } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database } from '@countinghouse/platform';
import { givenRate } from '../domain/exchange-rate';
import { insertManualRate, ManualRate } from '../persistence/rate.queries';
import { refuseNoReason } from './refusals';

export interface SetRateInput extends ManualRate {
  /** Where the rate comes from, in the words of the accountant. */
  readonly reason: string;
}

@Injectable()
export class SetRate {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * The rate holds from its day on until there is a newer one; on its day it goes before the ECB's. Setting it again
   * corrects it for what is posted from then on: what is posted keeps the rate it was posted at.
   * @throws DomainError FORBIDDEN, CURRENCY_UNKNOWN, DECIMAL_INVALID, RATE_INVALID, REASON_MISSING
   */
  async execute(input: SetRateInput, actor: Actor): Promise<void> {
    authorise(actor, 'accountant', input.issuerId);
    refuseUnusable(input);
    const { issuerId, base, quote, on, rate, reason } = input;
    await this.database.transaction(async (tx) => {
      const id = await insertManualRate(tx, input, actor.subject);
      await this.audit.record(tx, actor, [
        { action: 'accounting.set-rate', subjectType: 'exchange-rate', subjectId: String(id), issuerId, reason, change: { base, quote, on, rate } },
      ]);
    });
  }
}

function refuseUnusable({ base, quote, rate, reason }: SetRateInput): void {
  if (currency(base) === currency(quote)) {
    throw new DomainError('RATE_INVALID', `A rate lies between two currencies, not ${base} and ${quote}.`, { field: 'quote', value: quote, remedy: 'Name two currencies.' });
  }
  givenRate(rate);
  refuseNoReason(reason);
}
