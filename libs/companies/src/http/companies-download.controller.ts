// The download of companies: CSV, streamed as it is read.
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { authorise, Downloads, queryText, queryWord, type Actor, type QueryString } from '@countinghouse/platform';
import { VAT_STATUSES, type VatStatus } from '../domain/company-profile';
import { COMPANY_STATUSES, type CompanyStatus } from '../domain/company-status';
import { companiesCsv } from '../exports/companies-csv';
import type { CompanyCriteria } from '../persistence/company-search.queries';

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
    search: queryText(query, 'search') ?? null,
    country: queryText(query, 'country') ?? null,
    currency: queryText(query, 'currency') ?? null,
    status: queryWord<CompanyStatus>(query, 'status', COMPANY_STATUSES) ?? null,
    vatStatus: queryWord<VatStatus>(query, 'vatStatus', VAT_STATUSES) ?? null,
  };
}
