// Open items in foreign currency: what each document carries in both currencies, moved along as facts draw on it.
import { convert, CurrencyPair, ExchangeRate } from './exchange-rate';
import { shareOf } from './proportion';

/** The balance of one document on one account; debit positive. */
export interface OpenItem {
  readonly amountMinor: bigint;
  readonly functionalAmountMinor: bigint;
}

/**
 * What an amount on a document is worth in functional currency. What adds to the item comes at the rate of its day; what
 * draws on it takes its part of what the item carries, and the last part takes the rest: so nothing is left in one
 * currency when nothing is left in the other. An amount beyond the balance is both, one after the other.
 */
export function worthOf(amountMinor: bigint, item: OpenItem, rate: ExchangeRate, pair: CurrencyPair): bigint {
  if (!drawsOn(amountMinor, item)) return convert(amountMinor, rate, pair);
  const beyondMinor = amountMinor + item.amountMinor;
  const isBeyond = beyondMinor !== 0n && beyondMinor > 0n === amountMinor > 0n;
  if (isBeyond) return convert(beyondMinor, rate, pair) - item.functionalAmountMinor;
  return shareOf(item.functionalAmountMinor, amountMinor, item.amountMinor);
}

function drawsOn(amountMinor: bigint, item: OpenItem): boolean {
  return item.amountMinor !== 0n && amountMinor > 0n !== item.amountMinor > 0n;
}

const NOTHING: OpenItem = { amountMinor: 0n, functionalAmountMinor: 0n };

/** The items that the facts of one call touch, by a key of their own; each movement sees those before it. */
export class OpenItems {
  private readonly items = new Map<string, OpenItem>();

  constructor(carried: Iterable<readonly [key: string, item: OpenItem]> = []) {
    for (const [key, item] of carried) this.items.set(key, item);
  }

  /** Whether an amount takes from what the item carries, rather than adds to it. */
  drawsOn(key: string, amountMinor: bigint): boolean {
    return drawsOn(amountMinor, this.items.get(key) ?? NOTHING);
  }

  /** Moves an amount and says what it is worth. */
  move(key: string, amountMinor: bigint, rate: ExchangeRate, pair: CurrencyPair): bigint {
    const functionalAmountMinor = worthOf(amountMinor, this.items.get(key) ?? NOTHING, rate, pair);
    this.add(key, { amountMinor, functionalAmountMinor });
    return functionalAmountMinor;
  }

  /** Adds what has its worth already. */
  add(key: string, by: OpenItem): void {
    const item = this.items.get(key) ?? NOTHING;
    this.items.set(key, {
      amountMinor: item.amountMinor + by.amountMinor,
      functionalAmountMinor: item.functionalAmountMinor + by.functionalAmountMinor,
    });
  }
}
