// The price models of an access fee: from a quantity of people to the total of a full period.
import { Currency, Decimal, decimalToString, divideRounded, exponentOf, powerOfTen } from '@countinghouse/kernel';
import { PriceTerms } from './fee-terms';

export interface Priced {
  readonly totalMinor: bigint;
  /** What the unit price is for: people, packages, or 1 where there is no single unit price. As text, exact. */
  readonly quantity: string;
  readonly unitPriceMinor: bigint;
  /** `120 people × 10.00`. */
  readonly words: string;
  /** What the quantity counts, if it is no mere 1. */
  readonly counts?: 'people' | 'packages';
}

/** A quantity has at most four decimals: an average. */
const SCALE = 4;
const ONE = powerOfTen(SCALE);

/**
 * - flat: one amount, whatever the quantity
 * - graduated: each unit pays the price of its own tier; a tier's flat amount is owed as soon as a unit lies in it
 * - volume: all units pay the price of the tier reached, so the total may fall as the quantity grows
 * - package: every package begun is paid in full
 *
 * @param periods how many of the intervals that the prices are for a full period has: 3 for a quarter of monthly prices
 * @param people how the quantity is called, such as `people on average`
 */
export function priced(model: PriceTerms, quantity: Decimal, periods: number, people: string, currency: Currency): Priced {
  const units = scaled(quantity);
  const times = (minor: bigint) => minor * BigInt(periods);
  const amount = (minor: bigint) => amountText(times(minor), currency);
  const count = quantityText(units);
  switch (model.priceModel) {
    case 'flat':
      return { totalMinor: times(model.unitPriceMinor), quantity: '1', unitPriceMinor: times(model.unitPriceMinor), words: `${amount(model.unitPriceMinor)} flat` };
    case 'perUnit':
      return {
        totalMinor: unscaled(units * times(model.unitPriceMinor)),
        quantity: count,
        unitPriceMinor: times(model.unitPriceMinor),
        words: `${counted(count, people)} × ${amount(model.unitPriceMinor)}`,
        counts: 'people',
      };
    case 'volume': {
      const tier = model.tiers.find(({ upTo }) => upTo === null || units <= BigInt(upTo) * ONE);
      if (tier === undefined || units === 0n) return nothing(people);
      const words = `${counted(count, people)} × ${amount(tier.unitPriceMinor)}${tier.flatMinor === 0n ? '' : ` + ${amount(tier.flatMinor)}`}`;
      const totalMinor = unscaled(units * times(tier.unitPriceMinor) + ONE * times(tier.flatMinor));
      if (tier.flatMinor !== 0n) return { totalMinor, quantity: '1', unitPriceMinor: totalMinor, words };
      return { totalMinor, quantity: count, unitPriceMinor: times(tier.unitPriceMinor), words, counts: 'people' };
    }
    case 'graduated': {
      let [below, total] = [0n, 0n];
      const parts: string[] = [];
      for (const { upTo, unitPriceMinor, flatMinor } of model.tiers) {
        if (units <= below) break;
        const top = upTo === null ? units : smaller(units, BigInt(upTo) * ONE);
        total += (top - below) * times(unitPriceMinor) + ONE * times(flatMinor);
        parts.push(`${quantityText(top - below)} × ${amount(unitPriceMinor)}${flatMinor === 0n ? '' : ` + ${amount(flatMinor)}`}`);
        below = top;
      }
      const totalMinor = unscaled(total);
      return { totalMinor, quantity: '1', unitPriceMinor: totalMinor, words: `${counted(count, people)}: ${parts.join(' + ')}` };
    }
    case 'package': {
      const size = BigInt(model.packageSize) * ONE;
      const packages = (units + size - 1n) / size;
      return {
        totalMinor: packages * times(model.unitPriceMinor),
        quantity: packages.toString(),
        unitPriceMinor: times(model.unitPriceMinor),
        words: `${packages} × ${amount(model.unitPriceMinor)} for ${counted(count, people)} in packages of ${model.packageSize}`,
        counts: 'packages',
      };
    }
  }
}

/** `1000.00`, in major units. */
export function amountText(minor: bigint, currency: Currency): string {
  return decimalToString({ unscaled: minor, scale: exponentOf(currency) });
}

/** `1 person at most`, `120 people at most`; also of a difference. */
export function counted(count: string, things: string): string {
  return `${count} ${count.replace(/^[+−]/, '') === '1' ? things.replace(/^people/, 'person').replace(/^packages/, 'package') : things}`.trimEnd();
}

function nothing(people: string): Priced {
  return { totalMinor: 0n, quantity: '0', unitPriceMinor: 0n, words: `0 ${people}` };
}

/** Rounded half away from zero, once, to the minor unit. */
function unscaled(minor: bigint): bigint {
  return divideRounded(minor, ONE);
}

function scaled({ unscaled, scale }: Decimal): bigint {
  if (scale > SCALE) throw new RangeError(`A quantity has at most ${SCALE} decimals.`);
  return unscaled * powerOfTen(SCALE - scale);
}

/** `120`, `119.6667`, `119.5`. */
function quantityText(units: bigint): string {
  if (units % ONE === 0n) return (units / ONE).toString();
  return decimalToString({ unscaled: units, scale: SCALE }).replace(/0+$/, '');
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
