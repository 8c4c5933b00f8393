// Companies' part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { CompaniesModule } from './companies.module';
import { CompanyBulkResolver } from './graphql/company-bulk.resolver';
import { CompanyChangeResolver } from './graphql/company-change.resolver';
import { CompanyDetailResolver, CompanyMoveResolver } from './graphql/company-detail.resolver';
import { CompanyTimelineResolver } from './graphql/company-timeline.resolver';
import { CompanyResolver, MemberResolver } from './graphql/company.resolver';
import { HeadcountResolver, MemberChangeResolver, PeopleResolver } from './graphql/member.resolver';
import { MembersImportResolver } from './graphql/members-import.resolver';

const COMPANIES = [CompanyResolver, CompanyDetailResolver, CompanyMoveResolver, CompanyChangeResolver, CompanyBulkResolver, CompanyTimelineResolver];
const PEOPLE = [MemberResolver, PeopleResolver, HeadcountResolver, MemberChangeResolver, MembersImportResolver];

@Module({ imports: [CompaniesModule], providers: [...COMPANIES, ...PEOPLE] })
export class CompaniesGraphqlModule {}
