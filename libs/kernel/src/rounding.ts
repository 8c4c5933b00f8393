/** The one rounding of the house: division of integers, half away from zero. */

/**
 * `numerator / denominator` to the nearest integer; an exact half goes away from zero (2.5 → 3, −2.5 → −3).
 * Source: the domain rules, telescoping proration. Symmetric in sign, so that a credit mirrors its charge to the cent.
 * @throws RangeError if the denominator is zero
 */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const size = denominator < 0n ? -denominator : denominator;
  const signed = denominator < 0n ? -numerator : numerator;
  // BigInt division truncates towards zero, so half a unit is added on the far side of zero first.
  return signed < 0n ? (2n * signed - size) / (2n * size) : (2n * signed + size) / (2n * size);
}
