// Companies' part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { CompaniesModule } from './companies.module';
import { CompanyBulkResolver } from './graphql/company-bulk.resolver';
import { CompanyChangeResolver } from './graphql/company-change.resolver';
import { CompanyDetailResolver, CompanyMoveResolver } from './graphql/company-detail.resolver';
import { CompanyTimelineResolver } from './graphql/company-timeline.resolver';
import { CompanyResolver, MemberResolver } from './graphql/company.resolver';

@Module({ imports: [CompaniesModule], providers: [CompanyResolver, CompanyDetailResolver, CompanyMoveResolver, CompanyChangeResolver, CompanyBulkResolver, CompanyTimelineResolver, MemberResolver] })
export class CompaniesGraphqlModule {}
