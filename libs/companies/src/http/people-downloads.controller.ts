// People of a company, and the refused rows of an import, to download as CSV.
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CompanyId, RunId } from '@countinghouse/kernel';
import { authorise, authoriseForAllIssuers, Downloads, idOf, Imports, Runs, type Actor } from '@countinghouse/platform';
import { membersCsv, rejectionsCsv } from '../exports/people-csv';

const CSV = 'text/csv; charset=utf-8; header=present';

/** The middleware that checks the token has put the actor there; it stands before every path of downloads. */
interface Asked {
  readonly actor?: Actor;
}

@Controller('downloads')
export class PeopleDownloadsController {
  constructor(
    private readonly downloads: Downloads,
    private readonly runs: Runs,
    private readonly imports: Imports,
  ) {}

  /** `/downloads/members/Company_0190…` */
  @Get('members/:company')
  members(@Param('company') company: string, @Req() { actor }: Asked, @Res() response: Response): Promise<void> {
    return this.downloads.send(response, actor, (asking) => {
      authorise(asking, 'viewer');
      const id = idOf<CompanyId>('Company', company, 'company');
      return { contentType: CSV, fileName: 'members.csv', write: (reader) => membersCsv(reader, id) };
    });
  }

  /** `/downloads/import-rejections/Run_0190…` */
  @Get('import-rejections/:run')
  rejections(@Param('run') run: string, @Req() { actor }: Asked, @Res() response: Response): Promise<void> {
    return this.downloads.send(response, actor, (asking) => {
      authoriseForAllIssuers(asking, 'viewer');
      const id = idOf<RunId>('Run', run, 'run');
      return { contentType: CSV, fileName: 'rejections.csv', write: (reader) => rejectionsCsv(reader, this.runs, this.imports, id) };
    });
  }
}
