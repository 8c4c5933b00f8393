// The difference: owed less charged, as the charges and credits that make the record say what is owed.
import { LocalDate, maxDate, minDate } from '@countinghouse/kernel';
import { ChargeInForce, Payer } from './charged';
import { amountOf, Facts, OwedStretch, Rate, RatedStretch, samePeriod, sameRate } from './rated-stretch';

const FIRST_DAY = '0001-01-01' as LocalDate;
const NEVER = '9999-12-31' as LocalDate;

/** A charge to be recorded. `corrects` is the charge on record that it takes back (credit) or takes the place of (charge). */
export interface NewCharge extends RatedStretch {
  readonly kind: 'charge' | 'credit';
  readonly corrects: bigint | null;
  /** The payer of the charge it corrects; null for days that this kind of payer is charged for the first time. */
  readonly payer: Payer | null;
  /** Minor units; a credit's is what its stretch had earned of the old total, with the sign turned. */
  readonly amountMinor: bigint;
  /** What the days are owed from now; null on a credit of days that owe nothing any more. */
  readonly facts: Facts | null;
  /** The rate on the other side of a correction: what takes the credit's place, or what the charge takes the place of. */
  readonly instead: Rate | null;
}

/**
 * What has to be charged and credited for one component, by ascending day. Both inputs are ordered by day and free of
 * overlaps. They are walked together, over the stretches of days on which both are constant:
 *
 * - owed and due, not charged: a charge
 * - charged, not owed: a credit of the old total
 * - both, and they differ: the pair of them on that stretch, for the payer of the old one. A day once charged stays due.
 * - both and alike: nothing, so a second run finds no difference
 *
 * Because every amount telescopes within its whole period, the sum of the record is then what is owed, to the cent.
 */
export function difference(owed: readonly OwedStretch[], charged: readonly ChargeInForce[], through: LocalDate): NewCharge[] {
  const found: NewCharge[] = [];
  // In most runs most components are charged for the first time; then there is nothing to walk along with.
  if (charged.length === 0) {
    for (const stretch of owed) settle(found, { start: stretch.start, end: stretch.end, owed: stretch, charged: undefined }, through);
    return found;
  }

  let [nextOwed, nextCharged] = [0, 0];
  let day = FIRST_DAY;
  for (;;) {
    while (nextOwed < owed.length && owed[nextOwed]!.end <= day) nextOwed++;
    while (nextCharged < charged.length && charged[nextCharged]!.end <= day) nextCharged++;
    const stretch = constantStretch(owed[nextOwed], charged[nextCharged], day);
    if (stretch === undefined) return found;
    settle(found, stretch, through);
    day = stretch.end;
  }
}

interface ConstantStretch {
  readonly start: LocalDate;
  readonly end: LocalDate;
  readonly owed: OwedStretch | undefined;
  readonly charged: ChargeInForce | undefined;
}

/** The next days, from `day` on, on which each side is one stretch or nothing; undefined when both sides have run out. */
function constantStretch(owed: OwedStretch | undefined, charged: ChargeInForce | undefined, day: LocalDate): ConstantStretch | undefined {
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

function settle(found: NewCharge[], { start, end, owed, charged }: ConstantStretch, through: LocalDate): void {
  if (charged === undefined && owed !== undefined && owed.dueOn > through) return;
  if (owed !== undefined && charged !== undefined && alike(owed, charged)) return;
  const facts = owed?.facts ?? null;
  if (charged !== undefined) {
    const { period, rate, chargeId, payer } = charged;
    const amountMinor = -amountOf({ start, end, period, rate });
    found.push({ kind: 'credit', corrects: chargeId, payer, start, end, period, rate, amountMinor, facts, instead: owed?.rate ?? null });
  }
  if (owed !== undefined) {
    const { period, rate } = owed;
    const amountMinor = amountOf({ start, end, period, rate });
    const payer = charged?.payer.type === rate.payerType ? charged.payer : null;
    found.push({ kind: 'charge', corrects: charged?.chargeId ?? null, payer, start, end, period, rate, amountMinor, facts, instead: charged?.rate ?? null });
  }
}

/** A charge cut from another period is not the same, because it would not telescope with the owed one. */
function alike(owed: RatedStretch, charged: RatedStretch): boolean {
  return sameRate(owed.rate, charged.rate) && samePeriod(owed, charged);
}
