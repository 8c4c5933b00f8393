// Downloads: reports as CSV and the journal in the formats of other programs, streamed as they are read.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, HttpException, Param, Query, Req, Res, UnauthorizedException } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError, isDomainError } from '@countinghouse/kernel';
import { Actor, authorise, Database, Issuer, Issuers, Reader, Role } from '@countinghouse/platform';
import { ExportFormat, EXPORT_FORMATS, exportJournal } from '../exports/export-journal';
import { Ledger } from '../ledger.facade';
import type { QueryString } from './report-request';
import { reportNamed, scopeOf, textOf } from './report-request';

/** Each holds a connection and a snapshot for as long as the reader at the other end takes. */
const AT_ONCE = 4;

const STATUS: Readonly<Record<string, number>> = { FORBIDDEN: 403, ISSUER_NOT_FOUND: 404, REPORT_UNKNOWN: 404, EXPORT_FORMAT_UNKNOWN: 404, ACCOUNT_UNKNOWN: 404, TOO_MANY_DOWNLOADS: 503 };

/** The middleware that checks the token has put the actor there; it stands before every path of downloads. */
interface Asked {
  readonly actor?: Actor;
}

interface Download {
  readonly actor: Actor | undefined;
  readonly role: Role;
  readonly issuerCode: string;
  readonly contentType: string;
  readonly fileName: (issuer: Issuer) => string;
  readonly write: (reader: Reader, issuer: Issuer) => AsyncGenerator<string>;
}

@Controller('downloads')
export class DownloadsController {
  private running = 0;

  constructor(
    private readonly database: Database,
    private readonly issuers: Issuers,
    private readonly ledger: Ledger,
  ) {}

  /** `/downloads/reports/trial-balance?issuer=PT&asOf=2026-01-31`; others need account, party, from and through. */
  @Get('reports/:report')
  report(@Param('report') name: string, @Query() query: QueryString, @Req() { actor }: Asked, @Res() response: Response): Promise<void> {
    return this.send(response, () => {
      const report = reportNamed(name);
      return {
        actor,
        role: 'viewer',
        issuerCode: textOf(query, 'issuer'),
        contentType: 'text/csv; charset=utf-8; header=present',
        fileName: (issuer) => `${name}-${issuer.code}.csv`,
        write: (reader, issuer) => report.write(this.ledger, reader, scopeOf(issuer.id, report.needs, query)),
      };
    });
  }

  /** `/downloads/journal/beancount?issuer=PT`: the whole journal. */
  @Get('journal/:format')
  journal(@Param('format') format: string, @Query() query: QueryString, @Req() { actor }: Asked, @Res() response: Response): Promise<void> {
    return this.send(response, () => ({
      actor,
      role: 'accountant',
      issuerCode: textOf(query, 'issuer'),
      contentType: format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'text/plain; charset=utf-8',
      fileName: (issuer) => `journal-${issuer.code}.${EXPORT_FORMATS.includes(format as ExportFormat) ? format : 'txt'}`,
      write: (reader, issuer) => exportJournal(reader, issuer.id, format as ExportFormat),
    }));
  }

  private async send(response: Response, asked: () => Download): Promise<void> {
    try {
      await this.stream(response, asked());
    } catch (error) {
      // Once text has gone out, all that is left is to break off, so that nobody takes half a file for a whole one.
      if (response.headersSent) response.destroy();
      else throw refusal(error);
      if (isBreakOff(error)) return;
      throw error;
    }
  }

  private async stream(response: Response, { actor, role, issuerCode, contentType, fileName, write }: Download): Promise<void> {
    if (!actor) throw new UnauthorizedException();
    authorise(actor, role);
    if (this.running >= AT_ONCE) throw new DomainError('TOO_MANY_DOWNLOADS', `${AT_ONCE} downloads are running.`, { remedy: 'Try again when one has ended.' });
    this.running++;
    try {
      await this.database.read(async (reader) => {
        const issuer = await this.issuerOf(reader, issuerCode, actor, role);
        const pieces = write(reader, issuer);
        // What is wrong with the request is found before the first piece, while there is still a status to say it with.
        const first = await pieces.next();
        response.setHeader('Content-Type', contentType);
        response.setHeader('Content-Disposition', `attachment; filename="${fileName(issuer)}"`);
        response.setHeader('Cache-Control', 'no-store');
        await pipeline(Readable.from(continued(first, pieces), { highWaterMark: 1 }), response);
      });
    } finally {
      this.running--;
    }
  }

  /** An issuer outside the actor's scope and one that is not there are told apart by nobody. */
  private async issuerOf(reader: Reader, code: string, actor: Actor, role: Role): Promise<Issuer> {
    const issuer = await this.issuers.byCode(reader, code);
    if (!issuer) throw new DomainError('FORBIDDEN', 'this issuer is outside your scope', { field: 'issuer', value: code.slice(0, 20) });
    authorise(actor, role, issuer.id);
    return issuer;
  }
}

async function* continued(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

function refusal(error: unknown): unknown {
  if (!isDomainError(error)) return error;
  const { code, message, field, value, remedy } = error;
  return new HttpException({ code, message, field, value, remedy }, STATUS[code] ?? 400);
}

/** Whoever asked has gone away. */
function isBreakOff(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE';
}
