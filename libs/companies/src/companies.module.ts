// Companies: use cases, façade and imports, for every process that does business.
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Companies } from './companies.facade';
import { BulkChangeRun, BulkVatCheckRun } from './jobs/bulk-change.run';
import { CompaniesImport } from './jobs/companies-import';
import { MembersImport } from './jobs/members-import';
import { ErasureChecks, RecordedEnrolments } from './erasure-checks';
import { CompanyTicks } from './jobs/company-ticks';
import { CompanyMoveChecks } from './move-checks/move-check';
import { CompanyNames, MemberNames } from './party-names/party-names.source';
import { CompaniesAsVersioned } from './proofs/companies-as-versioned.proof';
import { DependantsLeave } from './proofs/dependants-leave.proof';
import { HeadcountLog } from './proofs/headcount-log.proof';
import { CompanyStatusChecks } from './status-checks/status-check';
import { DependentCompanies } from './status-checks/dependent-companies.check';
import { CompaniesTimeline } from './timeline/companies.source';
import { CompanyTimeline } from './timeline/timeline-source';
import { AddMember } from './use-cases/add-member';
import { AddNote } from './use-cases/add-note';
import { ChangeCompanyStatus } from './use-cases/change-company-status';
import { ChangeMember } from './use-cases/change-member';
import { CheckVat } from './use-cases/check-vat';
import { Contacts } from './use-cases/contacts';
import { EditCompany } from './use-cases/edit-company';
import { EraseMember } from './use-cases/erase-member';
import { ImportMembers } from './use-cases/import-members';
import { MoveCompanies } from './use-cases/move-companies';
import { RegisterCompany } from './use-cases/register-company';
import { ShowEnded } from './use-cases/show-ended';
import { StartBulkChange } from './use-cases/start-bulk-change';

/** What is done to companies, one use case each. */
const COMPANY_USE_CASES = [RegisterCompany, EditCompany, ChangeCompanyStatus, MoveCompanies, Contacts, AddNote, CheckVat, StartBulkChange];
/** What is done to people, one use case each. */
const PEOPLE = [AddMember, ChangeMember, EraseMember, ImportMembers, ErasureChecks, ShowEnded];
const CHECKS = [CompanyStatusChecks, CompanyMoveChecks, DependentCompanies, RecordedEnrolments, HeadcountLog, DependantsLeave, CompaniesAsVersioned];
const JOBS = [CompaniesImport, MembersImport, CompanyTicks, BulkChangeRun, BulkVatCheckRun];

@Module({
  imports: [DiscoveryModule],
  providers: [Companies, ...COMPANY_USE_CASES, ...PEOPLE, ...CHECKS, CompanyTimeline, CompaniesTimeline, CompanyNames, MemberNames, ...JOBS],
  exports: [Companies, CompanyTimeline, ...COMPANY_USE_CASES, ...PEOPLE],
})
export class CompaniesModule {}
