// Companies' part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { CompaniesModule } from './companies.module';
import { CompanyResolver, MemberResolver } from './graphql/company.resolver';

@Module({ imports: [CompaniesModule], providers: [CompanyResolver, MemberResolver] })
export class CompaniesGraphqlModule {}
