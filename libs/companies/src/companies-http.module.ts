// Downloads of companies; only the HTTP process loads it, beside the GraphQL kit, which checks the tokens.
import { Module } from '@nestjs/common';
import { CompaniesModule } from './companies.module';
import { CompaniesDownloadController } from './http/companies-download.controller';

@Module({ imports: [CompaniesModule], controllers: [CompaniesDownloadController] })
export class CompaniesHttpModule {}
