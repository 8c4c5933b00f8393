// Revenue schedules: how an invoice line is earned, and what is still to be recognised of it on a given day.
import { addDays, Currency, DateRange, earned, LocalDate } from '@countinghouse/kernel';

export interface RevenueSchedule {
  readonly id: bigint;
  readonly currency: Currency;
  /** What the line earns over the whole service period; negative for a credit. */
  readonly totalMinor: bigint;
  readonly servicePeriod: DateRange;
  readonly recognisedMinor: bigint;
}

export interface Recognition {
  readonly scheduleId: bigint;
  readonly amountMinor: bigint;
}

/**
 * What each schedule has earned up to and including `through` and has not been recognised, by currency; schedules with
 * nothing to recognise are left out. Because `earned` telescopes, any sequence of days recognises the total exactly,
 * and a line whose period lay in the past when it was invoiced is caught up at once.
 */
export function recognitionsDue(schedules: readonly RevenueSchedule[], through: LocalDate): Map<Currency, Recognition[]> {
  const until = addDays(through, 1);
  const due = new Map<Currency, Recognition[]>();
  for (const schedule of schedules) {
    const amountMinor = earned(schedule.totalMinor, schedule.servicePeriod, until) - schedule.recognisedMinor;
    // Nothing is taken back when somebody asks for an earlier day than the last.
    if (amountMinor === 0n || (amountMinor > 0n) !== (schedule.totalMinor > 0n)) continue;
    const ofCurrency = due.get(schedule.currency) ?? [];
    if (ofCurrency.length === 0) due.set(schedule.currency, ofCurrency);
    ofCurrency.push({ scheduleId: schedule.id, amountMinor });
  }
  return due;
}
