// Downloads of companies; only the HTTP process loads it, beside the GraphQL kit, which checks the tokens.
import { Module } from '@nestjs/common';
import { Downloads } from '@countinghouse/platform';
import { CompaniesModule } from './companies.module';
import { CompaniesDownloadController } from './http/companies-download.controller';
import { PeopleDownloadsController } from './http/people-downloads.controller';

@Module({ imports: [CompaniesModule], providers: [Downloads], controllers: [CompaniesDownloadController, PeopleDownloadsController] })
export class CompaniesHttpModule {}
