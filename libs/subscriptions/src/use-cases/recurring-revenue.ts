// RecurringRevenue: the months of recurring revenue and its movements, from snapshots, so that what was reported once is reported again.
import { Injectable } from '@nestjs/common';
import { divideRounded, DomainError, IssuerId } from '@countinghouse/kernel';
import { Actor, authorise, Database, Reader } from '@countinghouse/platform';
import { KnownAt } from '../persistence/rating.queries';
import { newestKnown, RevenueGroup, RevenueMonth, revenueMonths } from '../persistence/revenue.queries';
import { daysOfMonths, isInstant, MonthRange, monthsOf } from './start-revenue-snapshots';

export interface RecurringRevenueInput extends MonthRange {
  readonly issuerId: IssuerId;
  readonly by: RevenueGroup;
  /** The instant of snapshots that were computed; the newest when it is left out. */
  readonly knownAt?: string | null;
}

export interface RevenueReport {
  readonly knownAt: KnownAt;
  readonly months: readonly RevenueMonth[];
}

/** Of all groups together; companies come by pages. */
const MOST_ROWS = 5_000;
const ROWS_AT_ONCE = 5_000;

@Injectable()
export class RecurringRevenue {
  constructor(private readonly database: Database) {}

  /** By group, month and currency. @throws DomainError FORBIDDEN, MONTHS_INVALID, REVENUE_NOT_COMPUTED, REVENUE_TOO_LONG */
  async execute(input: RecurringRevenueInput, actor: Actor): Promise<RevenueReport> {
    authorise(actor, 'viewer', input.issuerId);
    return this.database.read(async (reader) => {
      const knownAt = await this.known(reader, input);
      const months = await revenueMonths(reader, input.issuerId, monthsOf(input), knownAt, input.by, MOST_ROWS + 1);
      if (months.length > MOST_ROWS) throw tooLong();
      return { knownAt, months };
    });
  }

  /**
   * The same in CSV, however long: companies are read in pages. What is wrong with the request is thrown before the first line.
   * @throws DomainError FORBIDDEN, MONTHS_INVALID, REVENUE_NOT_COMPUTED, KNOWN_AT_INVALID
   */
  async *csv(reader: Reader, input: RecurringRevenueInput, actor: Actor): AsyncGenerator<string> {
    authorise(actor, 'viewer', input.issuerId);
    const { issuerId, by } = input;
    const months = monthsOf(input);
    const knownAt = await this.known(reader, input);
    yield `${CSV.map(([name]) => name).join(',')}\n`;
    if (by !== 'company') {
      for (const row of await revenueMonths(reader, issuerId, months, knownAt, by, MOST_ROWS)) yield csvLine(row);
      return;
    }
    for (const month of months) {
      for (let after: string | null = null; ; ) {
        const page: RevenueMonth[] = await revenueMonths(reader, issuerId, [month], knownAt, by, ROWS_AT_ONCE, after);
        // A company has a row for each currency; the last one of a full page may be cut, and comes again whole.
        const whole: RevenueMonth[] = page.length < ROWS_AT_ONCE ? page : page.filter(({ group }) => group !== page[page.length - 1]!.group);
        for (const row of whole) yield csvLine(row);
        if (whole === page) break;
        after = whole[whole.length - 1]!.group;
      }
    }
  }

  private async known(reader: Reader, { issuerId, knownAt, ...range }: RecurringRevenueInput): Promise<KnownAt> {
    const days = daysOfMonths(range);
    if (knownAt != null) {
      if (isInstant(knownAt)) return knownAt;
      throw new DomainError('KNOWN_AT_INVALID', `${JSON.stringify(knownAt.slice(0, 40))} is no instant.`, { field: 'knownAt', value: knownAt.slice(0, 40), remedy: 'Give it as it was reported.' });
    }
    const newest = await newestKnown(reader, issuerId, days);
    if (newest !== undefined) return newest;
    throw new DomainError('REVENUE_NOT_COMPUTED', `The revenue of ${days.length} days from ${days[0]} on has not been computed.`, {
      field: 'from',
      value: range.from,
      remedy: 'Start the snapshots of these months, and ask again when their run has succeeded.',
    });
  }
}

/** What those who were there at the start come to at the end, in percent of what they came to; null when nobody was there. */
export function netRetentionPercent({ startMinor, retainedMinor }: Pick<RevenueMonth, 'startMinor' | 'retainedMinor'>): string | null {
  if (startMinor === 0n) return null;
  const hundredths = divideRounded(retainedMinor * 10_000n, startMinor < 0n ? -startMinor : startMinor);
  const text = (hundredths < 0n ? -hundredths : hundredths).toString().padStart(3, '0');
  return `${hundredths < 0n ? '-' : ''}${text.slice(0, -2)}.${text.slice(-2)}`;
}

const CSV: readonly (readonly [name: string, of: (row: RevenueMonth) => string | number | bigint | null])[] = [
  ['month', (row) => row.month.slice(0, 7)],
  ['group', (row) => row.group],
  ['currency', (row) => row.currency],
  ['mrr_start_minor', (row) => row.startMinor],
  ['new_minor', (row) => row.newMinor],
  ['expansion_minor', (row) => row.expansionMinor],
  ['reactivation_minor', (row) => row.reactivationMinor],
  ['contraction_minor', (row) => row.contractionMinor],
  ['churn_minor', (row) => row.churnMinor],
  ['mrr_end_minor', (row) => row.endMinor],
  ['arr_end_minor', (row) => row.yearlyMinor],
  ['net_retention_percent', netRetentionPercent],
  ['companies', (row) => row.companies],
  ['new_companies', (row) => row.newCompanies],
  ['churned_companies', (row) => row.churnedCompanies],
];

function csvLine(row: RevenueMonth): string {
  return `${CSV.map(([, of]) => of(row) ?? '').join(',')}\n`;
}

function tooLong(): DomainError {
  return new DomainError('REVENUE_TOO_LONG', `The report has more than ${MOST_ROWS} rows.`, { field: 'by', remedy: 'Ask for fewer months, or take it as CSV.' });
}
