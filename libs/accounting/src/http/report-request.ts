// Reads what a download asks for out of its query string, and refuses what is missing or no day.
import { DomainError, IssuerId, LocalDate, localDate } from '@countinghouse/kernel';
import { reportDays } from '../domain/reports/report-days';
import { CSV_REPORTS, CsvReport, ReportNeed, ReportScope } from '../exports/report-csv';

export type QueryString = Readonly<Record<string, unknown>>;

/** @throws DomainError REPORT_UNKNOWN */
export function reportNamed(name: string): CsvReport {
  const report = Object.hasOwn(CSV_REPORTS, name) ? CSV_REPORTS[name] : undefined;
  if (report) return report;
  throw new DomainError('REPORT_UNKNOWN', `There is no report ${name.slice(0, 40)}.`, {
    field: 'report',
    value: name.slice(0, 40),
    remedy: `Use one of ${Object.keys(CSV_REPORTS).join(', ')}.`,
  });
}

/** Days are named from the first to the last: `from` and `through`. @throws DomainError ARGUMENT_MISSING, DATE_INVALID, DATE_RANGE_EMPTY */
export function scopeOf(issuerId: IssuerId, needs: readonly ReportNeed[], query: QueryString): ReportScope {
  const needed = (need: ReportNeed) => needs.includes(need);
  const unused = localDate('2000-01-01');
  return {
    issuerId,
    asOf: needed('asOf') ? dayOf(query, 'asOf') : unused,
    range: needed('range') ? reportDays(dayOf(query, 'from'), dayOf(query, 'through')) : { start: unused, end: unused },
    accountCode: needed('accountCode') ? textOf(query, 'account') : '',
    partyId: needed('partyId') ? partyOf(query) : '',
  };
}

export function textOf(query: QueryString, name: string): string {
  const value = query[name];
  if (typeof value === 'string' && value !== '' && value.length <= 200) return value;
  throw new DomainError('ARGUMENT_MISSING', `The query needs ${name}.`, { field: name, remedy: `Add ${name}=… to the address.` });
}

/** As the API gives it, or as psql shows it. */
function partyOf(query: QueryString): string {
  return textOf(query, 'party').replace(/^(Company|Member)_/, '');
}

function dayOf(query: QueryString, name: string): LocalDate {
  return localDate(textOf(query, name), name);
}
