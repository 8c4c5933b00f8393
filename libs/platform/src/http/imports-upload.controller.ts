// A file of any kind of import as the body of a request; files above the limit of GraphQL come in here.
import { Controller, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { Imports } from '../imports/imports';
import { queryFlag, queryText, queryWord, type QueryString } from './query-string';
import { Uploads, type UploadAnswer, type UploadRequest } from './uploads';

@Controller('imports')
export class ImportsUploadController {
  constructor(
    private readonly uploads: Uploads,
    private readonly imports: Imports,
  ) {}

  /** `POST /imports/companies.companies?fileName=june.csv&mode=goodRows&again=false`; what stands behind the question mark may be left out. */
  @Post(':kind')
  @HttpCode(202)
  start(@Param('kind') kind: string, @Query() query: QueryString, @Req() request: UploadRequest): Promise<UploadAnswer> {
    return this.uploads.receive(request, (source, actor) => {
      const mode = queryWord(query, 'mode', ['goodRows', 'allOrNothing']);
      return this.imports.start({ kind, fileName: queryText(query, 'fileName') ?? 'upload.csv', source, again: queryFlag(query, 'again') ?? false, ...(mode && { mode }) }, actor);
    });
  }
}
