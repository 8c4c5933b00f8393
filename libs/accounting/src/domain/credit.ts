// Credits of invoice lines: how a credit reduces a revenue schedule by day, and which part of it was earned already.
import { addDays, DateRange, DomainError, earned, LocalDate } from '@countinghouse/kernel';
import type { CreditedLine, CreditNoteFinalisedFact } from '@countinghouse/contracts';
import { shareOf } from './proportion';

/** The schedule of an invoice line, with what earlier credits took off it. */
export interface CreditableSchedule {
  readonly id: bigint;
  readonly invoiceId: string;
  readonly lineNo: number;
  /** As invoiced; negative for a line that is a credit itself. */
  readonly totalMinor: bigint;
  readonly functionalTotalMinor: bigint;
  readonly servicePeriod: DateRange;
  readonly recognisedMinor: bigint;
  readonly recognisedThrough: LocalDate | null;
  /** With the sign of the total. */
  readonly creditedMinor: bigint;
}

/** One credited line: a schedule of its own that runs against the one it reduces. All amounts have the line's sign. */
export interface Credit {
  readonly line: CreditedLine;
  readonly reduces: bigint;
  readonly servicePeriod: DateRange;
  readonly amountMinor: bigint;
  readonly functionalAmountMinor: bigint;
  /** The part for days whose revenue is recognised: it comes out of revenue, the rest out of deferred revenue. */
  readonly earnedMinor: bigint;
  readonly earnedFunctionalMinor: bigint;
  /** The day through which the reduced schedule is recognised; null when it is not at all. */
  readonly recognisedThrough: LocalDate | null;
}

/** The schedules that the credit notes of one call reduce; each credit sees those before it. */
export class CreditableSchedules {
  private readonly schedules = new Map<string, CreditableSchedule>();

  constructor(schedules: readonly CreditableSchedule[] = []) {
    for (const schedule of schedules) this.schedules.set(keyOf(schedule.invoiceId, schedule.lineNo), schedule);
  }

  /**
   * The credits of a credit note's lines; lines of nothing are left out.
   * @throws DomainError CREDITED_LINE_UNKNOWN, CREDIT_ABOVE_LINE, CREDIT_OUTSIDE_SERVICE_PERIOD
   */
  credit(fact: CreditNoteFinalisedFact): Credit[] {
    return fact.lines
      .filter((line) => line.netMinor !== 0n)
      .map((line) => {
        const key = keyOf(fact.invoiceId, line.invoiceLineNo);
        const schedule = this.schedules.get(key);
        if (!schedule) throw lineUnknown(fact, line);
        const credit = creditOf(schedule, line, fact);
        this.schedules.set(key, { ...schedule, creditedMinor: schedule.creditedMinor + line.netMinor });
        return credit;
      });
  }
}

const keyOf = (invoiceId: string, lineNo: number) => `${invoiceId} ${lineNo}`;

/**
 * A credit is earned by day like the line it credits, over the days it is for, so that the two together are what the
 * line would have been without what was credited, on every day. What the line carries in functional currency telescopes
 * over its credits: the last one leaves nothing.
 */
function creditOf(schedule: CreditableSchedule, line: CreditedLine, fact: CreditNoteFinalisedFact): Credit {
  const { totalMinor, functionalTotalMinor, creditedMinor, recognisedThrough } = schedule;
  const amountMinor = line.netMinor;
  const leftMinor = totalMinor - creditedMinor;
  if (amountMinor > 0n !== totalMinor > 0n || abs(amountMinor) > abs(leftMinor)) throw aboveLine(fact, line, leftMinor);
  const servicePeriod = line.servicePeriod ?? schedule.servicePeriod;
  const { start, end } = servicePeriod;
  if (start < schedule.servicePeriod.start || end > schedule.servicePeriod.end || start >= end) {
    throw outsidePeriod(fact, line, schedule.servicePeriod);
  }
  const functionalAmountMinor =
    shareOf(functionalTotalMinor, creditedMinor + amountMinor, totalMinor) - shareOf(functionalTotalMinor, creditedMinor, totalMinor);
  const earnedMinor = earnedPart(schedule, amountMinor, servicePeriod);
  const earnedFunctionalMinor = shareOf(functionalAmountMinor, earnedMinor, amountMinor);
  return { line, reduces: schedule.id, servicePeriod, amountMinor, functionalAmountMinor, earnedMinor, earnedFunctionalMinor, recognisedThrough };
}

/** A line that is recognised to its last cent may have been so before its last day: then nothing of it is deferred. */
function earnedPart({ recognisedThrough, recognisedMinor, totalMinor }: CreditableSchedule, amountMinor: bigint, period: DateRange): bigint {
  if (recognisedThrough === null) return 0n;
  return recognisedMinor === totalMinor ? amountMinor : earned(amountMinor, period, addDays(recognisedThrough, 1));
}

function abs(n: bigint): bigint {
  return n < 0n ? -n : n;
}

function lineUnknown(fact: CreditNoteFinalisedFact, line: CreditedLine): DomainError {
  return new DomainError(
    'CREDITED_LINE_UNKNOWN',
    `Credit note ${fact.documentNumber} credits line ${line.invoiceLineNo} of invoice ${fact.invoiceId}, which is not in the books.`,
    { field: 'invoiceLineNo', value: String(line.invoiceLineNo), remedy: 'Record the invoice first, and credit lines that it has.' },
  );
}

function aboveLine(fact: CreditNoteFinalisedFact, line: CreditedLine, leftMinor: bigint): DomainError {
  return new DomainError(
    'CREDIT_ABOVE_LINE',
    `Credit note ${fact.documentNumber} credits ${line.netMinor} minor units of line ${line.invoiceLineNo}, of which ${leftMinor} are left.`,
    { field: 'netMinor', value: line.netMinor.toString(), remedy: 'Credit at most what earlier credit notes have left of the line.' },
  );
}

function outsidePeriod(fact: CreditNoteFinalisedFact, line: CreditedLine, { start, end }: DateRange): DomainError {
  return new DomainError(
    'CREDIT_OUTSIDE_SERVICE_PERIOD',
    `Credit note ${fact.documentNumber} credits days of line ${line.invoiceLineNo} outside its service period, ${start} to ${end}.`,
    {
      field: 'servicePeriod',
      value: `${line.servicePeriod?.start} ${line.servicePeriod?.end}`,
      remedy: 'Credit days that the line was invoiced for, or leave the service period out.',
    },
  );
}
