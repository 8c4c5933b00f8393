// The billing cycle of a contract: on each day the cycle in force says which whole period the day is a part of.
import { addDays, Anchor, DateRange, DomainError, LocalDate, periodContaining } from '@countinghouse/kernel';
import { firstEndingAfter } from './overlay';

/** Whether a period is billed when it begins or when it has ended. */
export type Timing = 'advance' | 'arrears';

/** A cycle from a day on, until the next one's. */
export interface CycleStretch {
  readonly start: LocalDate;
  readonly anchor: Anchor;
}

/**
 * The days of a period on which its cycle is in force. They are the whole period unless the contract begins or the cycle
 * changes within it: with the anchor moved from the 1st to the 15th on 20 June, [1 Jun, 20 Jun) is a part of June and
 * [20 Jun, 15 Jul) a part of [15 Jun, 15 Jul). Amounts are always proration of the whole.
 */
export interface CyclePeriod extends DateRange {
  readonly whole: DateRange;
  /** The length of the whole period. */
  readonly months: number;
}

/** A hundred years of months; a cycle that yields more periods is a mistake and not a workload. */
const MAX_PERIODS = 1200;

/**
 * The bill-through day stands for the midnight with which it begins: due in arrears is what has ended by then, due in advance
 * what begins then or has begun. So a run through 1 July bills June in arrears and July in advance.
 */
export function dueOn(period: DateRange, timing: Timing): LocalDate {
  return timing === 'advance' ? period.start : period.end;
}

export class BillingCycle {
  /** Without gaps and in order, made once and as far as they are asked for: every enrolment of a contract reads the same ones. */
  private readonly periods: CyclePeriod[] = [];
  private lastDue: { timing: Timing; through: LocalDate; periods: readonly CyclePeriod[] } | undefined;

  /** @param stretches by ascending day; at least one */
  constructor(readonly stretches: readonly CycleStretch[]) {}

  /** The periods due, in order. */
  due(timing: Timing, through: LocalDate): readonly CyclePeriod[] {
    if (this.lastDue?.through !== through || this.lastDue.timing !== timing) {
      const periods = this.begunBy(through).filter((period) => dueOn(period, timing) <= through);
      this.lastDue = { timing, through, periods };
    }
    return this.lastDue.periods;
  }

  /** The periods that have begun when the day ends, in order. */
  begunBy(day: LocalDate): readonly CyclePeriod[] {
    this.makeUntil(day);
    const count = firstEndingAfter(this.periods, day);
    return this.periods[count] !== undefined && this.periods[count].start <= day ? this.periods.slice(0, count + 1) : this.periods.slice(0, count);
  }

  /** The period in which a day lies; the first one for days before it. */
  periodOn(day: LocalDate): CyclePeriod {
    return this.periodAfter(day, 0);
  }

  /** The period so many periods after the one in which the day lies. */
  periodAfter(day: LocalDate, count: number): CyclePeriod {
    this.makeUntil(day);
    const index = firstEndingAfter(this.periods, day) + count;
    while (this.periods.length <= index) this.makeUntil(this.periods[this.periods.length - 1]!.end);
    return this.periods[index]!;
  }

  /** The first day, the given one or a later one, on which a period begins. */
  firstStartFrom(day: LocalDate): LocalDate {
    const period = this.periodOn(day);
    return period.start >= day ? period.start : period.end;
  }

  /** The length of the whole period in which a day lies. */
  monthsOn(day: LocalDate): number {
    const { anchor } = this.stretches.findLast(({ start }) => start <= day) ?? this.stretches[0]!;
    return anchor.months;
  }

  private makeUntil(day: LocalDate): void {
    for (;;) {
      const start = this.periods[this.periods.length - 1]?.end ?? this.stretches[0]!.start;
      if (this.periods.length > 0 && start > day) return;
      if (this.periods.length === MAX_PERIODS) throw tooManyPeriods(day);
      const next = this.stretches.findIndex((stretch) => stretch.start > start);
      const { anchor } = this.stretches[next === -1 ? this.stretches.length - 1 : next - 1]!;
      const whole = periodContaining(anchor, start);
      const changesOn = this.stretches[next]?.start;
      this.periods.push({ start, end: changesOn !== undefined && changesOn < whole.end ? changesOn : whole.end, whole, months: anchor.months });
    }
  }
}

/**
 * The bill-through day up to which owed must be computed: at least the periods of every day that was ever charged, because a
 * day once charged stays due. Otherwise a run with an earlier day than the last one would take the later days for not
 * owed, and credit them.
 * @param charged by ascending day
 */
export function ratedThrough(cycle: BillingCycle, timing: Timing, charged: readonly DateRange[], through: LocalDate): LocalDate {
  const last = charged[charged.length - 1];
  if (last === undefined) return through;
  const due = dueOn(cycle.periodOn(addDays(last.end, -1)), timing);
  return due > through ? due : through;
}

function tooManyPeriods(day: LocalDate): DomainError {
  return new DomainError('BILLING_PERIODS_TOO_MANY', `A contract has at most ${MAX_PERIODS} periods, which is fewer than it has up to ${day}.`, {
    field: 'through',
    value: day,
    remedy: 'Give an earlier day.',
  });
}
