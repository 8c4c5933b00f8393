// The download of companies: CSV, streamed as it is read.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, HttpException, Query, Req, Res, UnauthorizedException } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError, isDomainError } from '@countinghouse/kernel';
import { Actor, authorise, Database } from '@countinghouse/platform';
import { VAT_STATUSES, type VatStatus } from '../domain/company-profile';
import { COMPANY_STATUSES, type CompanyStatus } from '../domain/company-status';
import { companiesCsv } from '../exports/companies-csv';
import type { CompanyCriteria } from '../persistence/company-search.queries';

/** Each holds a connection and a snapshot for as long as the reader at the other end takes. */
const AT_ONCE = 2;

type QueryString = Readonly<Record<string, unknown>>;

@Controller('downloads')
export class CompaniesDownloadController {
  private running = 0;

  constructor(private readonly database: Database) {}

  /** `/downloads/companies?status=active&country=PT&currency=EUR&vatStatus=valid&search=lda`; all of them optional. */
  @Get('companies')
  async companies(@Query() query: QueryString, @Req() { actor }: { readonly actor?: Actor }, @Res() response: Response): Promise<void> {
    if (!actor) throw new UnauthorizedException();
    try {
      authorise(actor, 'viewer');
      const criteria = criteriaOf(query);
      if (this.running >= AT_ONCE) throw new DomainError('TOO_MANY_DOWNLOADS', `${AT_ONCE} downloads are running.`, { remedy: 'Try again when one has ended.' });
      this.running++;
      await this.send(response, criteria).finally(() => this.running--);
    } catch (error) {
      // Once text has gone out, all that is left is to break off, so that nobody takes half a file for a whole one.
      if (response.headersSent) response.destroy();
      else if (isDomainError(error)) throw refusal(error);
      if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  }

  private async send(response: Response, criteria: CompanyCriteria): Promise<void> {
    await this.database.read(async (reader) => {
      response.setHeader('Content-Type', 'text/csv; charset=utf-8; header=present');
      response.setHeader('Content-Disposition', 'attachment; filename="companies.csv"');
      response.setHeader('Cache-Control', 'no-store');
      await pipeline(Readable.from(companiesCsv(reader, criteria), { highWaterMark: 1 }), response);
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

function refusal({ code, message, field, value, remedy }: DomainError): HttpException {
  const status = { FORBIDDEN: 403, TOO_MANY_DOWNLOADS: 503 }[code] ?? 400;
  return new HttpException({ code, message, field, value, remedy }, status);
}
