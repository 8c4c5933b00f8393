// Downloads: reports as CSV and the journal in the formats of other programs.
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError } from '@countinghouse/kernel';
import { Actor, authorise, Downloads, Issuer, Issuers, PartyNames, Reader, Role } from '@countinghouse/platform';
import { ExportFormat, EXPORT_FORMATS, exportJournal } from '../exports/export-journal';
import { Ledger } from '../ledger.facade';
import type { QueryString } from './report-request';
import { reportNamed, scopeOf, textOf } from './report-request';

const CSV = 'text/csv; charset=utf-8; header=present';

/** The middleware that checks the token has put the actor there; it stands before every path of downloads. */
interface Asked {
  readonly actor?: Actor;
}

@Controller('downloads')
export class DownloadsController {
  constructor(
    private readonly downloads: Downloads,
    private readonly issuers: Issuers,
    private readonly ledger: Ledger,
    private readonly partyNames: PartyNames,
  ) {}

  /** `/downloads/reports/trial-balance?issuer=PT&asOf=2026-01-31`; others need account, party, from and through. */
  @Get('reports/:report')
  report(@Param('report') name: string, @Query() query: QueryString, @Req() { actor }: Asked, @Res() response: Response): Promise<void> {
    return this.downloads.send(response, actor, (asking) => {
      const [report, code] = [reportNamed(name), textOf(query, 'issuer')];
      authorise(asking, 'viewer');
      const write = (reader: Reader) => this.ofIssuer(reader, code, asking, 'viewer', (issuer) => report.write(this.ledger, reader, scopeOf(issuer.id, report.needs, query), this.partyNames));
      return { contentType: CSV, fileName: `${name}-${inFileName(code)}.csv`, write };
    });
  }

  /** `/downloads/journal/beancount?issuer=PT`: the whole journal. */
  @Get('journal/:format')
  journal(@Param('format') format: string, @Query() query: QueryString, @Req() { actor }: Asked, @Res() response: Response): Promise<void> {
    return this.downloads.send(response, actor, (asking) => {
      const code = textOf(query, 'issuer');
      authorise(asking, 'accountant');
      const write = (reader: Reader) => this.ofIssuer(reader, code, asking, 'accountant', (issuer) => exportJournal(reader, issuer.id, format as ExportFormat));
      const extension = EXPORT_FORMATS.includes(format as ExportFormat) ? format : 'txt';
      return { contentType: format === 'csv' ? CSV : 'text/plain; charset=utf-8', fileName: `journal-${inFileName(code)}.${extension}`, write };
    });
  }

  /** An issuer outside the actor's scope and one that is not there are told apart by nobody. */
  private async *ofIssuer(reader: Reader, code: string, actor: Actor, role: Role, write: (issuer: Issuer) => AsyncGenerator<string>): AsyncGenerator<string> {
    const issuer = await this.issuers.byCode(reader, code);
    if (!issuer) throw new DomainError('FORBIDDEN', 'this issuer is outside your scope', { field: 'issuer', value: code.slice(0, 20) });
    authorise(actor, role, issuer.id);
    yield* write(issuer);
  }
}

/** What was asked for goes into a header. */
function inFileName(code: string): string {
  return code.replace(/[^A-Za-z0-9-]/g, '_').slice(0, 40);
}
