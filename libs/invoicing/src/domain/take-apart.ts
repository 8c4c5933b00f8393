// Takes tax-inclusive amounts apart: what of each is net, so that nets and tax still make what the payer saw.
import { Decimal, divideRounded, powerOfTen } from '@countinghouse/kernel';

/**
 * The nets of amounts that include tax at one rate (percent), in the order of the amounts. Their sum is the net of the
 * whole, `round(Σ × 100 / (100 + rate))`, rounded once; it is split by largest remainder, ties to the earlier amount.
 * Amounts may be negative; if their sum is, the split is the mirror of the positive one, so that a credit undoes its
 * charge line by line. Every net is within one minor unit of its exact value.
 *
 * Whenever some net plus its rounded tax makes the whole, this finds that net; otherwise the tax that is left
 * (whole − net) is one minor unit off `net × rate`, which EN 16931 tolerates and no one can avoid.
 */
export function takeApart(inclusive: readonly bigint[], rate: Decimal): bigint[] {
  const whole = inclusive.reduce((sum, amount) => sum + amount, 0n);
  if (whole < 0n) return takeApart(inclusive.map((amount) => -amount), rate).map((net) => -net);

  const hundred = powerOfTen(rate.scale + 2);
  const divisor = hundred + rate.unscaled;
  const remainders: bigint[] = [];
  let left = divideRounded(whole * hundred, divisor);
  const nets = inclusive.map((amount) => {
    const floor = floorDivide(amount * hundred, divisor);
    remainders.push(amount * hundred - floor * divisor);
    left -= floor;
    return floor;
  });
  for (const index of byLargestRemainder(remainders).slice(0, Number(left))) nets[index] = nets[index]! + 1n;
  return nets;
}

/** Towards minus infinity, unlike BigInt's own division, so that every remainder is one that can be rounded up. */
function floorDivide(numerator: bigint, divisor: bigint): bigint {
  const truncated = numerator / divisor;
  return numerator % divisor < 0n ? truncated - 1n : truncated;
}

function byLargestRemainder(remainders: readonly bigint[]): number[] {
  return Array.from(remainders.keys()).sort((i, j) => {
    const [a, b] = [remainders[i]!, remainders[j]!];
    return a > b ? -1 : a < b ? 1 : 0;
  });
}
