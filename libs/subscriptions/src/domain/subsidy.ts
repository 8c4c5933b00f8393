// The subsidy: how much of a plan's price the company takes over.
import { Decimal, percentOf } from '@countinghouse/kernel';

/** A fixed amount or a percentage of the list price, a month and member, up to a cap if there is one. */
export type Subsidy =
  | { readonly mode: 'fixed'; readonly amountMinor: bigint; readonly capMinor: bigint | null }
  | { readonly mode: 'percent'; readonly percent: Decimal; readonly capMinor: bigint | null };

/**
 * The company's share of a full period's list price, in minor units: never above the price and never below nothing.
 * @param months of the period; amounts of a subsidy are by the month, as prices are
 */
export function companyShare(subsidy: Subsidy, priceMinor: bigint, months: number): bigint {
  const wanted = subsidy.mode === 'fixed' ? subsidy.amountMinor * BigInt(months) : percentOf(priceMinor, subsidy.percent);
  const capped = subsidy.capMinor === null ? wanted : smaller(wanted, subsidy.capMinor * BigInt(months));
  return smaller(capped, priceMinor);
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
