// Adjustments: what is computed on the fees owed in a period or term. Amounts off first, then caps, then commitments.
import { Currency, DateRange, days, earnedBetween, LocalDate } from '@countinghouse/kernel';
import { dueOn } from './billing-cycle';
import { AmountDiscountTerms, LimitTerms } from './fee-terms';
import { FeeComponent, isOfKind, owingStretches, TermsStretch } from './fee-timeline';
import { FeesTimeline } from './owed-fees';
import { partsWithin } from './overlay';
import { amountText } from './price-model';
import { amountOf, OwedStretch, Rate } from './rated-stretch';

export type AdjustmentKind = 'amount-discount' | 'cap' | 'commitment';
export type Adjustment = FeeComponent<AdjustmentKind>;
type AmountTerms = AmountDiscountTerms | LimitTerms;

const ORDER: readonly AdjustmentKind[] = ['amount-discount', 'cap', 'commitment'];

/** Something with a period (of the cycle, or a term) in which adjustments are computed. */
interface Window extends DateRange {
  readonly per: LimitTerms['per'];
  readonly whole: DateRange;
}

/**
 * What each adjustment owes, by ascending day: for each period that begins up to a day, and for each term that ends up to
 * it, one stretch with a period of its own, from the first to the last day in force. Never computed on what was charged.
 * @param fees what the fees owe in at least those periods and terms
 */
export function owedAdjustments(
  timeline: FeesTimeline,
  fees: ReadonlyMap<FeeComponent, readonly OwedStretch[]>,
  begunBy: LocalDate,
): Map<Adjustment, OwedStretch[]> {
  const { contract, components } = timeline;
  const agreed = inOrder(components).map((component) => ({ component, inForce: owingStretches(contract, component.changes) }));
  const owed = new Map<Adjustment, OwedStretch[]>(agreed.map(({ component }) => [component, []]));
  if (agreed.length === 0) return owed;

  const compute = (window: Window) => {
    const left = new Remainder(window, fees, owed);
    for (const { component, inForce } of agreed) {
      const stretch = adjust(component, partsWithin(window, inForce).filter(({ terms }) => perOf(terms) === window.per), window, left, timeline.currency);
      if (stretch === undefined) continue;
      left.change(component.targetId, stretch.rate.totalMinor);
      owed.get(component)!.push(stretch);
    }
  };
  for (const period of contract.cycle.begunBy(begunBy)) compute({ ...period, per: 'period' });
  for (const term of contract.terms) if (term.end <= begunBy) compute({ ...term, whole: term, per: 'term' });
  for (const stretches of owed.values()) stretches.sort((a, b) => (a.start < b.start ? -1 : 1));
  return owed;
}

/**
 * By kind; of one kind those of one fee before those of all, so that what is off one fee is never off all of them twice; and
 * by id, so that the order is complete.
 */
function inOrder(components: readonly FeeComponent[]): Adjustment[] {
  return components
    .filter((component): component is Adjustment => isOfKind(component, ...ORDER))
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || Number(a.targetId === null) - Number(b.targetId === null) || (a.id < b.id ? -1 : 1));
}

/** What is left of the fees, of each and of all, after the adjustments so far. */
class Remainder {
  private readonly ofFee = new Map<string, bigint>();
  private ofAll = 0n;

  constructor(
    window: Window,
    fees: ReadonlyMap<FeeComponent, readonly OwedStretch[]>,
    adjusted: ReadonlyMap<Adjustment, readonly OwedStretch[]>,
  ) {
    for (const [{ id }, owed] of fees) this.change(id, sumIn(window, owed));
    // What is for the term comes after all that was adjusted by the period.
    if (window.per === 'term') for (const [{ targetId }, owed] of adjusted) this.change(targetId, sumIn(window, owed));
  }

  /** A reduction of one fee is also at most what is left of all. */
  of(targetId: string | null, reduces: boolean): bigint {
    if (targetId === null) return this.ofAll;
    const left = this.ofFee.get(targetId) ?? 0n;
    return reduces && this.ofAll < left ? this.ofAll : left;
  }

  change(feeId: string | null, minor: bigint): void {
    this.ofAll += minor;
    if (feeId !== null) this.ofFee.set(feeId, (this.ofFee.get(feeId) ?? 0n) + minor);
  }
}

function sumIn(window: DateRange, owed: readonly OwedStretch[]): bigint {
  return partsWithin(window, owed).reduce((sum, part) => sum + amountOf(part), 0n);
}

function adjust(component: Adjustment, inForce: readonly TermsStretch<AmountTerms>[], window: Window, left: Remainder, currency: Currency): OwedStretch | undefined {
  const first = inForce[0];
  const last = inForce[inForce.length - 1];
  if (first === undefined || last === undefined) return undefined;
  // The share of the amount for the days in force, telescoping like every amount of a period.
  const share = inForce.reduce((sum, stretch) => sum + earnedBetween(stretch.terms.amountMinor, window.whole, stretch), 0n);
  const base = left.of(component.targetId, component.kind !== 'commitment');
  const totalMinor = TOTAL[component.kind](share, base);
  if (totalMinor === 0n) return undefined;
  const period = { start: first.start, end: last.end };
  const words = wordsOf(component.kind, shareText(share, inForce, window, currency), base, currency);
  const { taxInclusive, taxCategory } = last.terms;
  const rate: Rate = {
    totalMinor, subsidyMinor: 0n, quantity: totalMinor < 0n ? '-1' : '1', unitPriceMinor: totalMinor < 0n ? -totalMinor : totalMinor,
    taxInclusive, taxCategory, planId: null, payerType: 'company', words,
  };
  // What fees fall short of, and what a term comes to, is known when it has ended.
  const timing = component.kind === 'commitment' || window.per === 'term' ? 'arrears' : component.timing;
  const changes = [...new Set(inForce.flatMap(({ decidedBy }) => decidedBy))];
  return { ...period, period, rate, dueOn: dueOn(window, timing), facts: { changes, base: base.toString() } };
}

/** An amount off is by the period. */
function perOf(terms: AmountTerms): LimitTerms['per'] {
  return 'per' in terms ? terms.per : 'period';
}

const TOTAL: Record<AdjustmentKind, (share: bigint, base: bigint) => bigint> = {
  'amount-discount': (share, base) => -positive(share < base ? share : base),
  cap: (share, base) => -positive(base - share),
  commitment: (share, base) => positive(share - base),
};

/** `2197.80 (20 of 91 days of 10000.00)`. */
function shareText(share: bigint, inForce: readonly TermsStretch<AmountTerms>[], window: Window, currency: Currency): string {
  const amount = inForce[0]!.terms.amountMinor;
  if (share === amount || inForce.some(({ terms }) => terms !== inForce[0]!.terms)) return amountText(share, currency);
  const owing = inForce.reduce((sum, stretch) => sum + days(stretch), 0);
  return `${amountText(share, currency)} (${owing} of ${days(window.whole)} days of ${amountText(amount, currency)})`;
}

function wordsOf(kind: AdjustmentKind, agreed: string, base: bigint, currency: Currency): string {
  const fees = `fees of ${amountText(base, currency)}`;
  switch (kind) {
    case 'amount-discount':
      return `${agreed} off ${fees}`;
    case 'cap':
      return `${fees} are capped at ${agreed}`;
    case 'commitment':
      return `${fees} fall short of the commitment of ${agreed}`;
  }
}

function positive(minor: bigint): bigint {
  return minor > 0n ? minor : 0n;
}
