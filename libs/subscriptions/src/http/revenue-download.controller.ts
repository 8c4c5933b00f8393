// The download of recurring revenue: CSV, streamed as it is read.
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError, localDate, type LocalDate } from '@countinghouse/kernel';
import { authorise, Downloads, Issuers, type Actor, type Reader } from '@countinghouse/platform';
import { REVENUE_GROUPS, type RevenueGroup } from '../persistence/revenue.queries';
import { RecurringRevenue, type RecurringRevenueInput } from '../use-cases/recurring-revenue';

type QueryString = Readonly<Record<string, unknown>>;

@Controller('downloads')
export class RevenueDownloadController {
  constructor(
    private readonly downloads: Downloads,
    private readonly issuers: Issuers,
    private readonly revenue: RecurringRevenue,
  ) {}

  /** `/downloads/revenue?issuer=PT&from=2026-01&through=2026-12&by=company&knownAt=…`; the last two are optional. */
  @Get('revenue')
  recurringRevenue(@Query() query: QueryString, @Req() { actor }: { readonly actor?: Actor }, @Res() response: Response): Promise<void> {
    return this.downloads.send(response, actor, (asking) => {
      authorise(asking, 'viewer');
      const code = required(query, 'issuer');
      const wanted = { from: monthOf(query, 'from'), through: monthOf(query, 'through'), by: groupOf(query), knownAt: textOf(query, 'knownAt') ?? null };
      return { contentType: 'text/csv; charset=utf-8; header=present', fileName: `revenue-${wanted.by}.csv`, write: (reader) => this.write(reader, code, wanted, asking) };
    });
  }

  private async *write(reader: Reader, code: string, wanted: Omit<RecurringRevenueInput, 'issuerId'>, actor: Actor): AsyncGenerator<string> {
    const issuer = await this.issuers.byCode(reader, code);
    // One that is outside of the scope and one that is not there are told apart by nobody.
    if (!issuer) throw new DomainError('FORBIDDEN', 'this issuer is outside your scope', { field: 'issuer', value: code });
    yield* this.revenue.csv(reader, { ...wanted, issuerId: issuer.id }, actor);
  }
}

function textOf(query: QueryString, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && value.length <= 40) return value;
  throw new DomainError('ARGUMENT_INVALID', `${name} is given twice, or is too long.`, { field: name, remedy: 'Give it once.' });
}

function required(query: QueryString, name: string): string {
  const value = textOf(query, name);
  if (value !== undefined) return value;
  throw new DomainError('ARGUMENT_INVALID', `${name} is missing.`, { field: name, remedy: 'Give it.' });
}

function monthOf(query: QueryString, name: 'from' | 'through'): LocalDate {
  return localDate(`${required(query, name)}-01`, name);
}

function groupOf(query: QueryString): RevenueGroup {
  const by = textOf(query, 'by') ?? 'total';
  const group = REVENUE_GROUPS.find((each) => each === by);
  if (group !== undefined) return group;
  throw new DomainError('ARGUMENT_INVALID', `Revenue is not broken down by ${JSON.stringify(by)}.`, { field: 'by', value: by, remedy: `Use one of ${REVENUE_GROUPS.join(', ')}.` });
}
