// The download of companies: CSV, streamed as it is read.
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError } from '@countinghouse/kernel';
import { authorise, Downloads, type Actor } from '@countinghouse/platform';
import { VAT_STATUSES, type VatStatus } from '../domain/company-profile';
import { COMPANY_STATUSES, type CompanyStatus } from '../domain/company-status';
import { companiesCsv } from '../exports/companies-csv';
import type { CompanyCriteria } from '../persistence/company-search.queries';

type QueryString = Readonly<Record<string, unknown>>;

@Controller('downloads')
export class CompaniesDownloadController {
  constructor(private readonly downloads: Downloads) {}

  /** `/downloads/companies?status=active&country=PT&currency=EUR&vatStatus=valid&search=lda`; all of them optional. */
  @Get('companies')
  companies(@Query() query: QueryString, @Req() { actor }: { readonly actor?: Actor }, @Res() response: Response): Promise<void> {
    return this.downloads.send(response, actor, (asking) => {
      authorise(asking, 'viewer');
      const criteria = criteriaOf(query);
      return { contentType: 'text/csv; charset=utf-8; header=present', fileName: 'companies.csv', write: (reader) => companiesCsv(reader, criteria) };
    });
  }
}

/** @throws DomainError ARGUMENT_INVALID */
function criteriaOf(query: QueryString): CompanyCriteria {
  return {
    search: textOf(query, 'search') ?? null,
    country: textOf(query, 'country') ?? null,
    currency: textOf(query, 'currency') ?? null,
    status: wordOf<CompanyStatus>(query, 'status', COMPANY_STATUSES),
    vatStatus: wordOf<VatStatus>(query, 'vatStatus', VAT_STATUSES),
  };
}

function textOf(query: QueryString, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && value.length <= 200) return value;
  throw new DomainError('ARGUMENT_INVALID', `${name} is given twice, or is too long.`, { field: name, remedy: 'Give it once, with at most 200 characters.' });
}

function wordOf<Word extends string>(query: QueryString, name: string, words: readonly Word[]): Word | null {
  const value = textOf(query, name);
  if (value === undefined) return null;
  if (words.includes(value as Word)) return value as Word;
  throw new DomainError('ARGUMENT_INVALID', `${JSON.stringify(value.slice(0, 40))} is no ${name}.`, { field: name, value: value.slice(0, 40), remedy: `Use one of ${words.join(', ')}.` });
}
