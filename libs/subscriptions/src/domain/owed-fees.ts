// Owed for the fees of a contract: access fees by headcount, one-off fees, and the percentages taken off them.
import { addDays, compareDecimal, Currency, DateRange, Decimal, decimal, decimalToString, LocalDate, maxDate, minDate, percentOf, powerOfTen } from '@countinghouse/kernel';
import { dueOn } from './billing-cycle';
import { AccessFeeTerms, Measure, PercentDiscountTerms } from './fee-terms';
import { agreedStretches, FeeComponent, intervalsOf, isOfKind, owingStretches, TermsStretch } from './fee-timeline';
import { HeadcountStretch, measured } from './headcount-measure';
import { firstEndingAfter, overlay, partsWithin } from './overlay';
import { amountText, Priced, priced } from './price-model';
import { RatedContract } from './rated-contract';
import { addOwed, Facts, OwedStretch, Rate } from './rated-stretch';

/** Who is counted: all eligible or all enrolled people, or those of one cost centre. */
export type Counted = Pick<AccessFeeTerms, 'counted' | 'costCentre'>;

/** All that the fees of a contract are rated from. */
export interface FeesTimeline {
  readonly contract: RatedContract;
  readonly currency: Currency;
  readonly components: readonly FeeComponent[];
  /** The people whom an access fee counts, by ascending day. */
  headcount(counted: Counted): readonly HeadcountStretch[];
}

/** Days on which a fee is reduced by a percentage of its full-period total. */
interface Reduced extends DateRange {
  readonly percent: Decimal;
  readonly by: readonly string[];
}

const HUNDRED = decimal('100');

/**
 * What each access fee and one-off fee owes in the periods that begin up to a day, by ascending day. Stretches whose total
 * is nothing are left out. Periods that are not due yet are among them, because caps and discounts look at whole periods.
 * @throws DomainError PRICE_INTERVAL_DOES_NOT_DIVIDE
 */
export function owedFees(timeline: FeesTimeline, begunBy: LocalDate): Map<FeeComponent, OwedStretch[]> {
  const owed = new Map<FeeComponent, OwedStretch[]>();
  for (const component of timeline.components) {
    if (isOfKind(component, 'access-fee')) owed.set(component, owedAccessFee(component, timeline, begunBy));
    if (isOfKind(component, 'one-off')) owed.set(component, owedOneOff(component, timeline, begunBy));
  }
  return owed;
}

function owedAccessFee(fee: FeeComponent<'access-fee'>, timeline: FeesTimeline, begunBy: LocalDate): OwedStretch[] {
  const owed: OwedStretch[] = [];
  const inForce = owingStretches(timeline.contract, fee.changes);
  const reduced = reductionsOf(fee, timeline);
  for (const period of timeline.contract.cycle.begunBy(begunBy)) {
    const ofPeriod = partsWithin(period, inForce);
    for (const stretch of ofPeriod) {
      const { terms, decidedBy } = stretch;
      const people = timeline.headcount(terms);
      // Of a whole period's number, all days in force count; of daily numbers, only the highest before matters.
      for (const { start, end, quantity } of measured(terms.measure, terms.onDecrease, people, ofPeriod)) {
        const days = { start: maxDate(start, stretch.start), end: minDate(end, stretch.end) };
        if (days.start >= days.end) continue;
        const price = priced(terms, quantity, intervalsOf(terms.intervalMonths, period.months, fee.name), NAMED[terms.measure], timeline.currency);
        for (const part of overlay(days, reduced)) {
          const rate = rateOf(price, terms, part.on);
          const facts = factsOf(decidedBy, part.on, terms.priceModel === 'flat' ? undefined : quantity);
          addOwed(owed, { start: part.start, end: part.end, period: period.whole, rate, dueOn: dueOn(period, fee.timing), facts });
        }
      }
    }
  }
  return owed;
}

/**
 * A one-off fee is a period of its own: the day on which it begins, if the contract owes on it. One of a later day of a period that has
 * begun is among them, because what is computed on the fees of the period, a cap, is computed on all of them from its first day on.
 */
function owedOneOff(fee: FeeComponent<'one-off'>, timeline: FeesTimeline, begunBy: LocalDate): OwedStretch[] {
  const owed: OwedStretch[] = [];
  const until = timeline.contract.cycle.begunBy(begunBy).at(-1)?.end;
  if (until === undefined) return owed;
  let ends: LocalDate | undefined;
  for (const { start, end, terms, decidedBy } of agreedStretches(fee.changes)) {
    const begins = start !== ends;
    ends = end;
    const owing = timeline.contract.owing[firstEndingAfter(timeline.contract.owing, start)];
    if (!begins || start >= until || owing === undefined || owing.start > start) continue;
    const { quantity, unitPriceMinor } = terms;
    const amount = amountText(unitPriceMinor, timeline.currency);
    const words = quantity === 1 ? amount : `${quantity} × ${amount}`;
    const price = { totalMinor: unitPriceMinor * BigInt(quantity), quantity: String(quantity), unitPriceMinor, words };
    const day = { start, end: addDays(start, 1) };
    const [reduced] = partsWithin(day, reductionsOf(fee, timeline));
    addOwed(owed, { ...day, period: day, rate: rateOf(price, terms, reduced), dueOn: start, facts: factsOf(decidedBy, reduced) });
  }
  return owed;
}

/** The percentages off a fee by stretches of days, added up: a discount is on the list price, whatever others there are. */
function reductionsOf(fee: FeeComponent, { contract, components }: FeesTimeline): Reduced[] {
  const discounts = components
    .filter((component) => isOfKind(component, 'percent-discount'))
    .filter(({ targetId }) => targetId === null || targetId === fee.id)
    .flatMap(({ id, changes }) => owingStretches(contract, changes).map((stretch) => ({ ...stretch, id })));
  const days = [...new Set(discounts.flatMap(({ start, end }) => [start, end]))].sort();
  return days.slice(0, -1).flatMap((start, index) => {
    const inForce = discounts.filter((discount) => discount.start <= start && start < discount.end);
    return inForce.length === 0 ? [] : [{ start, end: days[index + 1]!, percent: sumOf(inForce), by: inForce.map(({ id }) => id) }];
  });
}

/** At most the whole. */
function sumOf(discounts: readonly TermsStretch<PercentDiscountTerms>[]): Decimal {
  const percents = discounts.map(({ terms }) => decimal(terms.percent));
  const scale = Math.max(...percents.map((percent) => percent.scale));
  const unscaled = percents.reduce((sum, percent) => sum + percent.unscaled * powerOfTen(scale - percent.scale), 0n);
  const sum = { unscaled, scale };
  return compareDecimal(sum, HUNDRED) > 0 ? HUNDRED : sum;
}

function rateOf(price: Priced, { taxInclusive, taxCategory }: Pick<AccessFeeTerms, 'taxInclusive' | 'taxCategory'>, reduced: Reduced | undefined): Rate {
  const { totalMinor, words, ...counted } = price;
  const common = { ...counted, subsidyMinor: 0n, taxInclusive, taxCategory, planId: null, payerType: 'company' } as const;
  if (reduced === undefined) return { ...common, totalMinor, words };
  return { ...common, totalMinor: totalMinor - percentOf(totalMinor, reduced.percent), words: `${words}, less ${numberText(reduced.percent)} %` };
}

function factsOf(changes: readonly number[], reduced: Reduced | undefined, people?: Decimal): Facts {
  return { changes, ...(people !== undefined && { people: numberText(people) }), ...(reduced !== undefined && { discounts: reduced.by }) };
}

/** `10`, `12.5`: without needless zeros. */
function numberText(number: Decimal): string {
  const text = decimalToString(number);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const NAMED: Record<Measure, string> = {
  daily: 'people',
  periodStart: 'people at the start',
  peak: 'people at most',
  average: 'people on average',
  periodEnd: 'people at the end',
};
