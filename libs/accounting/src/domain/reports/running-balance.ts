// Running balances: what each line of an account leaves, in its own currency and in the functional one.
import { Currency } from '@countinghouse/kernel';

export interface OpeningBalance {
  readonly currency: Currency;
  readonly balanceMinor: bigint;
  readonly functionalBalanceMinor: bigint;
}

export interface RunningLine {
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly functionalAmountMinor?: bigint;
}

export interface Balances {
  /** Of the line's currency, after the line. */
  readonly balanceMinor: bigint;
  /** Of the whole account, over all currencies, after the line. */
  readonly functionalBalanceMinor: bigint;
}

export class RunningBalance {
  private readonly byCurrency = new Map<Currency, bigint>();
  private functionalMinor = 0n;

  constructor(opening: readonly OpeningBalance[]) {
    for (const { currency, balanceMinor, functionalBalanceMinor } of opening) {
      this.byCurrency.set(currency, balanceMinor);
      this.functionalMinor += functionalBalanceMinor;
    }
  }

  /** Adds a line; lines come in the order of the account. */
  after({ currency, amountMinor, functionalAmountMinor = 0n }: RunningLine): Balances {
    const balanceMinor = (this.byCurrency.get(currency) ?? 0n) + amountMinor;
    this.byCurrency.set(currency, balanceMinor);
    this.functionalMinor += functionalAmountMinor;
    return { balanceMinor, functionalBalanceMinor: this.functionalMinor };
  }
}
