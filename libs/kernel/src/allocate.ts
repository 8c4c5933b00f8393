/** Allocate: splits an amount over parts without losing a cent. */
import { DomainError } from './domain-error';

/**
 * Splits `total` minor units in proportion to the weights, by largest remainder; the parts stand in the weights' order
 * and always add up to the total. Each part is within one unit of its exact share, and a part without weight gets nothing.
 *
 * Equal remainders are served first come, first served: **the order in which the caller passes the weights is the
 * tie-break**, so pass them sorted by a stated key (line number, member id), never as a query happened to return them.
 * A negative total is split as the mirror of the positive one, so that a credit undoes its charge part by part.
 * Source: the domain rules, splitting without losing a cent.
 *
 * @param weights non-negative, in any common unit, not all zero
 * @throws DomainError ALLOCATION_WEIGHT_NEGATIVE, ALLOCATION_WITHOUT_WEIGHT
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  const whole = sumOfWeights(weights);
  const size = total < 0n ? -total : total;
  const unit = total < 0n ? -1n : 1n;

  const remainders = new Array<bigint>(weights.length);
  let left = size;
  const parts = weights.map((weight, index) => {
    const share = size * weight;
    const floor = share / whole;
    remainders[index] = share - floor * whole;
    left -= floor;
    return floor * unit;
  });

  if (left > 0n) {
    for (const index of byLargestRemainder(remainders).slice(0, Number(left))) parts[index] = parts[index]! + unit;
  }
  return parts;
}

/** Indices of the remainders, largest first, the earlier first among equals (the sort is stable). */
function byLargestRemainder(remainders: readonly bigint[]): number[] {
  return Array.from(remainders.keys()).sort((i, j) => {
    const [a, b] = [remainders[i]!, remainders[j]!];
    return a > b ? -1 : a < b ? 1 : 0;
  });
}

function sumOfWeights(weights: readonly bigint[]): bigint {
  let sum = 0n;
  for (const weight of weights) {
    if (weight < 0n) {
      throw new DomainError('ALLOCATION_WEIGHT_NEGATIVE', `An amount cannot be split by the negative weight ${weight}.`, {
        field: 'weights',
        value: weight.toString(),
      });
    }
    sum += weight;
  }
  if (sum === 0n) {
    throw new DomainError('ALLOCATION_WITHOUT_WEIGHT', 'An amount cannot be split over parts that all weigh nothing.', {
      field: 'weights',
    });
  }
  return sum;
}
