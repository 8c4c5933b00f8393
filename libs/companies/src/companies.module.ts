// Companies: use cases, façade and imports, for every process that does business.
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Companies } from './companies.facade';
import { CompaniesImport } from './jobs/companies-import';
import { MembersImport } from './jobs/members-import';
import { CompanyTicks } from './jobs/company-ticks';
import { CompanyStatusChecks } from './status-checks/status-check';
import { DependentCompanies } from './status-checks/dependent-companies.check';
import { CompaniesTimeline } from './timeline/companies.source';
import { CompanyTimeline } from './timeline/timeline-source';
import { AddMember } from './use-cases/add-member';
import { AddNote } from './use-cases/add-note';
import { ChangeCompanyStatus } from './use-cases/change-company-status';
import { CheckVat } from './use-cases/check-vat';
import { Contacts } from './use-cases/contacts';
import { EditCompany } from './use-cases/edit-company';
import { MoveCompanies } from './use-cases/move-companies';
import { RegisterCompany } from './use-cases/register-company';

const COMPANY_USE_CASES = [RegisterCompany, EditCompany, ChangeCompanyStatus, MoveCompanies, Contacts, AddNote, CheckVat];

@Module({
  imports: [DiscoveryModule],
  providers: [Companies, ...COMPANY_USE_CASES, CompanyStatusChecks, DependentCompanies, CompanyTimeline, CompaniesTimeline, CompanyTicks, AddMember, CompaniesImport, MembersImport],
  exports: [Companies, CompanyTimeline, ...COMPANY_USE_CASES, AddMember],
})
export class CompaniesModule {}
