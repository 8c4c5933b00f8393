// Revenue schedules: how an invoice line is earned, and what is still to be recognised of it on a given day.
import { addDays, Currency, DateRange, earned, LocalDate } from '@countinghouse/kernel';
import { shareOf } from './proportion';

export interface RevenueSchedule {
  readonly id: bigint;
  readonly currency: Currency;
  /** Whether that is another currency than the issuer's. */
  readonly isForeign: boolean;
  /** What the line earns over the whole service period; negative for a credit. */
  readonly totalMinor: bigint;
  /** What that was deferred at in the issuer's currency. */
  readonly functionalTotalMinor: bigint;
  readonly servicePeriod: DateRange;
  readonly recognisedMinor: bigint;
}

export interface Recognition {
  readonly scheduleId: bigint;
  readonly amountMinor: bigint;
  readonly functionalAmountMinor: bigint;
}

/** What one entry recognises: schedules of one currency, and in a foreign currency of one sign. */
export interface RecognitionGroup {
  readonly currency: Currency;
  readonly isForeign: boolean;
  readonly recognitions: Recognition[];
}

/**
 * What each schedule has earned up to and including `through` and has not been recognised, in groups by a name of their
 * own; schedules with nothing to recognise are left out. Because `earned` telescopes, any sequence of days recognises the
 * total exactly, and a line whose period lay in the past when it was invoiced is caught up at once. In functional
 * currency the parts telescope along with the amounts.
 *
 * Charges and credits in a foreign currency were deferred at different rates: added up, the two currencies might come
 * out on different sides, so each sign is a group.
 */
export function recognitionsDue(schedules: readonly RevenueSchedule[], through: LocalDate): Map<string, RecognitionGroup> {
  const until = addDays(through, 1);
  const due = new Map<string, RecognitionGroup>();
  for (const schedule of schedules) {
    const { currency, isForeign, totalMinor, functionalTotalMinor, recognisedMinor } = schedule;
    const earnedMinor = earned(totalMinor, schedule.servicePeriod, until);
    const amountMinor = earnedMinor - recognisedMinor;
    // Nothing is taken back when somebody asks for an earlier day than the last.
    if (amountMinor === 0n || amountMinor > 0n !== totalMinor > 0n) continue;
    const name = isForeign && totalMinor < 0n ? `${currency}/credits` : currency;
    const group = due.get(name) ?? { currency, isForeign, recognitions: [] };
    if (group.recognitions.length === 0) due.set(name, group);
    const functionalAmountMinor =
      shareOf(functionalTotalMinor, earnedMinor, totalMinor) - shareOf(functionalTotalMinor, recognisedMinor, totalMinor);
    group.recognitions.push({ scheduleId: schedule.id, amountMinor, functionalAmountMinor });
  }
  return due;
}
