// The billing cycle of a contract: its whole periods, and which of them are due on a billing day.
import { Anchor, BillingPeriod, boundary, DateRange, LocalDate, periodContaining } from '@countinghouse/kernel';

/** Whether a period is billed when it begins or when it has ended. */
export type Timing = 'advance' | 'arrears';

/** The days from `start` up to but not including `end`; without an end it is open. */
export interface Term {
  readonly start: LocalDate;
  readonly end: LocalDate | null;
}

/** A hundred years of months; a cycle that yields more periods is a mistake and not a workload. */
const MAX_PERIODS = 1200;

/**
 * The periods of one anchor and timing, from the one in which `from` lies.
 *
 * `through`, the bill-through day, stands for the midnight with which that day begins. What has ended by then is due in
 * arrears (`period.end <= through`), and what begins then or has begun is due in advance (`period.start <= through`). So
 * a run through 1 July bills June in arrears and July in advance.
 */
export class BillingCycle {
  /** Periods in order, made once: every enrolment of a contract reads the same ones. */
  private readonly periods: BillingPeriod[];

  constructor(
    readonly anchor: Anchor,
    readonly timing: Timing,
    from: LocalDate,
  ) {
    this.periods = [periodContaining(anchor, from)];
  }

  /** The whole periods due, in order and unclipped; none if the first is not due yet. */
  due(through: LocalDate): readonly BillingPeriod[] {
    const { periods } = this;
    while (this.isDue(periods[periods.length - 1]!, through)) {
      if (periods.length > MAX_PERIODS) throw new RangeError(`A cycle has at most ${MAX_PERIODS} periods up to ${through}.`);
      const last = periods[periods.length - 1]!;
      periods.push({ index: last.index + 1, start: last.end, end: boundary(this.anchor, last.index + 2) });
    }
    let count = periods.length;
    while (count > 0 && !this.isDue(periods[count - 1]!, through)) count--;
    return count === periods.length ? periods : periods.slice(0, count);
  }

  /** The earliest bill-through day on which the period is due. */
  dueOn(period: DateRange): LocalDate {
    return this.timing === 'advance' ? period.start : period.end;
  }

  private isDue(period: DateRange, through: LocalDate): boolean {
    return this.dueOn(period) <= through;
  }
}
