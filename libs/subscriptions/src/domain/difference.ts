// The difference: owed less charged, as the charges and credits that make the record say what is owed.
import { LocalDate, maxDate, minDate } from '@countinghouse/kernel';
import { BillingCycle } from './billing-cycle';
import { ChargeInForce, Payer } from './charged';
import { amountOf, RatedStretch, sameRate } from './rated-stretch';

const FIRST_DAY = '0001-01-01' as LocalDate;
const NEVER = '9999-12-31' as LocalDate;

/** A charge to be recorded. `corrects` is the charge on record that it takes back (credit) or takes the place of (charge). */
export interface NewCharge extends RatedStretch {
  readonly kind: 'charge' | 'credit';
  readonly corrects: bigint | null;
  /** The payer of the charge it corrects; null for days charged for the first time, which the present payer owes. */
  readonly payer: Payer | null;
  /** Minor units; a credit's is what its stretch had earned of the old total, with the sign turned. */
  readonly amountMinor: bigint;
}

/**
 * What has to be charged and credited for one component, by ascending day. Both inputs are ordered by day and free of
 * overlaps. They are walked together, over the stretches of days on which both are constant:
 *
 * - owed, not charged: a charge
 * - charged, not owed: a credit of the old total
 * - both, and they differ: the pair of them on that stretch, for the payer of the old one
 * - both and alike: nothing, so a second run finds no difference
 *
 * Because every amount telescopes within its whole period, the sum of the record is then what is owed, to the cent.
 */
export function difference(owed: readonly RatedStretch[], charged: readonly ChargeInForce[]): NewCharge[] {
  const found: NewCharge[] = [];
  let [nextOwed, nextCharged] = [0, 0];
  let day = FIRST_DAY;
  for (;;) {
    while (nextOwed < owed.length && owed[nextOwed]!.end <= day) nextOwed++;
    while (nextCharged < charged.length && charged[nextCharged]!.end <= day) nextCharged++;
    const stretch = constantStretch(owed[nextOwed], charged[nextCharged], day);
    if (stretch === undefined) return found;
    settle(found, stretch);
    day = stretch.end;
  }
}

/**
 * The bill-through day up to which owed must be computed: at least every period that was ever charged. Otherwise a run
 * with an earlier day than the last one would take the later periods for not owed, and credit them.
 */
export function ratedThrough(cycle: BillingCycle, charged: readonly RatedStretch[], through: LocalDate): LocalDate {
  return charged.reduce((latest, { period }) => maxDate(latest, cycle.dueOn(period)), through);
}

interface ConstantStretch {
  readonly start: LocalDate;
  readonly end: LocalDate;
  readonly owed: RatedStretch | undefined;
  readonly charged: ChargeInForce | undefined;
}

/** The next days, from `day` on, on which each side is one stretch or nothing; undefined when both sides have run out. */
function constantStretch(
  owed: RatedStretch | undefined,
  charged: ChargeInForce | undefined,
  day: LocalDate,
): ConstantStretch | undefined {
  if (owed === undefined && charged === undefined) return undefined;
  const start = maxDate(day, minDate(owed?.start ?? NEVER, charged?.start ?? NEVER));
  return {
    start,
    end: minDate(changeAfter(owed, start), changeAfter(charged, start)),
    owed: owed !== undefined && owed.start <= start ? owed : undefined,
    charged: charged !== undefined && charged.start <= start ? charged : undefined,
  };
}

/** The day on which a side begins, if it lies ahead, or else ends. */
function changeAfter(side: RatedStretch | undefined, day: LocalDate): LocalDate {
  if (side === undefined) return NEVER;
  return side.start > day ? side.start : side.end;
}

function settle(found: NewCharge[], { start, end, owed, charged }: ConstantStretch): void {
  if (owed !== undefined && charged !== undefined && alike(owed, charged)) return;
  if (charged !== undefined) {
    const { period, rate, chargeId, payer } = charged;
    const amountMinor = -amountOf({ start, end, period, rate });
    found.push({ kind: 'credit', corrects: chargeId, payer, start, end, period, rate, amountMinor });
  }
  if (owed !== undefined) {
    const { period, rate } = owed;
    const amountMinor = amountOf({ start, end, period, rate });
    found.push({ kind: 'charge', corrects: charged?.chargeId ?? null, payer: charged?.payer ?? null, start, end, period, rate, amountMinor });
  }
}

/** A charge cut from another period is not the same, because it would not telescope with the owed one. */
function alike(owed: RatedStretch, charged: RatedStretch): boolean {
  return sameRate(owed.rate, charged.rate) && owed.period.start === charged.period.start && owed.period.end === charged.period.end;
}
