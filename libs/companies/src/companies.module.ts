// Companies: use cases, façade and imports, for every process that does business.
import { Module } from '@nestjs/common';
import { Companies } from './companies.facade';
import { CompaniesImport } from './jobs/companies-import';
import { MembersImport } from './jobs/members-import';
import { AddMember } from './use-cases/add-member';
import { RegisterCompany } from './use-cases/register-company';

@Module({
  providers: [Companies, RegisterCompany, AddMember, CompaniesImport, MembersImport],
  exports: [Companies, RegisterCompany, AddMember],
})
export class CompaniesModule {}
