// Proportion: the part of a total that belongs to a part of a whole.
import { divideRounded } from '@countinghouse/kernel';

/** `total × part / whole`, rounded once, half away from zero. The parts of growing parts telescope up to the total. */
export function shareOf(total: bigint, part: bigint, whole: bigint): bigint {
  return divideRounded(total * part, whole);
}
