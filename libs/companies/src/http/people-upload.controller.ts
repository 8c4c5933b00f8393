// The file of one company's people as the body of a request; the same as membersImportStart, for files of any size.
import { Controller, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { CompanyId, localDate } from '@countinghouse/kernel';
import { idOf, queryFlag, queryText, queryWord, Uploads, type QueryString, type UploadAnswer, type UploadRequest } from '@countinghouse/platform';
import { mappingOfText } from '../domain/column-mapping';
import { ImportMembers } from '../use-cases/import-members';

const MAPPING_MAX = 10_000;

@Controller('imports')
export class PeopleUploadController {
  constructor(
    private readonly uploads: Uploads,
    private readonly importing: ImportMembers,
  ) {}

  /**
   * `POST /imports/companies.members/Company_0190…?content=snapshot&asOf=2026-06-01&review=true&columns=Nr=employee_id,Nome=name&fileName=june.csv`,
   * and `mode` and `again`. All of them may be left out: then it is a delta of today that waits for a review.
   */
  @Post('companies.members/:company')
  @HttpCode(202)
  start(@Param('company') company: string, @Query() query: QueryString, @Req() request: UploadRequest): Promise<UploadAnswer> {
    return this.uploads.receive(request, (source, actor) => {
      const mode = queryWord(query, 'mode', ['goodRows', 'allOrNothing']);
      const [asOf, columns] = [queryText(query, 'asOf'), queryText(query, 'columns', MAPPING_MAX)];
      const input = {
        companyId: idOf<CompanyId>('Company', company, 'company'),
        fileName: queryText(query, 'fileName') ?? 'upload.csv',
        source,
        content: queryWord(query, 'content', ['delta', 'snapshot']) ?? 'delta',
        review: queryFlag(query, 'review') ?? true,
        again: queryFlag(query, 'again') ?? false,
        ...(mode && { mode }),
        ...(asOf !== undefined && { asOf: localDate(asOf, 'asOf') }),
        ...(columns !== undefined && { mapping: mappingOfText(columns, 'columns') }),
      };
      return this.importing.start(input, actor);
    });
  }
}
