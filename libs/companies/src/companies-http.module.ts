// Downloads and uploads of companies; only the HTTP process loads it, beside the GraphQL kit, which checks the tokens.
import { Module } from '@nestjs/common';
import { PlatformHttpModule } from '@countinghouse/platform';
import { CompaniesModule } from './companies.module';
import { CompaniesDownloadController } from './http/companies-download.controller';
import { PeopleDownloadsController } from './http/people-downloads.controller';
import { PeopleUploadController } from './http/people-upload.controller';

@Module({ imports: [CompaniesModule, PlatformHttpModule], controllers: [CompaniesDownloadController, PeopleDownloadsController, PeopleUploadController] })
export class CompaniesHttpModule {}
