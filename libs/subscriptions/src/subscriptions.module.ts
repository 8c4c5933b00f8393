// Subscriptions: use cases, façade, imports and proofs, for every process that does business.
import { Module } from '@nestjs/common';
import { CompaniesModule } from '@countinghouse/companies';
import { OverduePolicyWork } from './daily-work/overdue-policy.work';
import { ContractsImport } from './jobs/contracts-import';
import { EnrolmentsImport } from './jobs/enrolments-import';
import { OverdueConsumer } from './jobs/overdue.consumer';
import { ChargesDoNotOverlap } from './proofs/charges-do-not-overlap';
import { Subscriptions } from './subscriptions.facade';
import { ApplyOverduePolicy } from './use-cases/apply-overdue-policy';
import { ChargeDifference } from './use-cases/charge-difference';
import { PublishPlan } from './use-cases/publish-plan';

@Module({
  imports: [CompaniesModule],
  providers: [Subscriptions, ChargeDifference, PublishPlan, ContractsImport, EnrolmentsImport, ChargesDoNotOverlap, ApplyOverduePolicy, OverdueConsumer, OverduePolicyWork],
  exports: [Subscriptions, PublishPlan],
})
export class SubscriptionsModule {}
