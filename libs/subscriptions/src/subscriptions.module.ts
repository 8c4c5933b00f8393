// Subscriptions: use cases, façade, imports and proofs, for every process that does business.
import { Module } from '@nestjs/common';
import { CompaniesModule } from '@countinghouse/companies';
import { OneClock } from './companies/one-clock.check';
import { RunningContracts } from './companies/running-contracts.check';
import { SubscriptionsTimeline } from './companies/subscriptions-timeline.source';
import { OverduePolicyWork } from './daily-work/overdue-policy.work';
import { Unbilled } from './companies/unbilled.check';
import { ContractsImport } from './jobs/contracts-import';
import { EnrolmentsImport } from './jobs/enrolments-import';
import { MembersLeftConsumer } from './jobs/members-left.consumer';
import { OverdueConsumer } from './jobs/overdue.consumer';
import { RenewalTick } from './jobs/renewal.tick';
import { RevenueSnapshotRun } from './jobs/revenue-snapshot.run';
import { ChargesDoNotOverlap } from './proofs/charges-do-not-overlap';
import { CompaniesOnOneClock } from './proofs/one-clock.proof';
import { EnrolledHeadcount } from './proofs/enrolled-headcount.proof';
import { Subscriptions } from './subscriptions.facade';
import { ActivateContract } from './use-cases/activate-contract';
import { AddComponent } from './use-cases/add-component';
import { AgreeSubsidy } from './use-cases/agree-subsidy';
import { AgreeTerm } from './use-cases/agree-term';
import { AmendCycle } from './use-cases/amend-cycle';
import { AmendZone } from './use-cases/amend-zone';
import { Amendments } from './use-cases/amendments';
import { ApplyProposals } from './use-cases/apply-proposals';
import { ApplyOverduePolicy } from './use-cases/apply-overdue-policy';
import { AskBy } from './use-cases/ask-by';
import { CancelEnrolments } from './use-cases/cancel-enrolments';
import { ChangeComponent } from './use-cases/change-component';
import { ChangePlan } from './use-cases/change-plan';
import { ChangeProductTax } from './use-cases/change-product-tax';
import { ChargeDifference } from './use-cases/charge-difference';
import { DraftContract } from './use-cases/draft-contract';
import { EndComponent } from './use-cases/end-component';
import { EndContract } from './use-cases/end-contract';
import { EnrolmentActs } from './use-cases/enrolment-acts';
import { FollowLeaving } from './use-cases/follow-leaving';
import { PauseEnrolments } from './use-cases/pause-enrolments';
import { PublishPlan } from './use-cases/publish-plan';
import { PublishPrices } from './use-cases/publish-prices';
import { PublishProduct } from './use-cases/publish-product';
import { Rating } from './use-cases/rating';
import { RecordEnrolmentChanges } from './use-cases/record-enrolment-changes';
import { RecurringRevenue } from './use-cases/recurring-revenue';
import { RenewContract } from './use-cases/renew-contract';
import { RenewDueContracts } from './use-cases/renew-due-contracts';
import { ResumeContract } from './use-cases/resume-contract';
import { ResumeEnrolments } from './use-cases/resume-enrolments';
import { RetirePlan } from './use-cases/retire-plan';
import { SetContractPolicies } from './use-cases/set-contract-policies';
import { SnapshotRevenue } from './use-cases/snapshot-revenue';
import { StartEnrolments } from './use-cases/start-enrolments';
import { StartRevenueSnapshots } from './use-cases/start-revenue-snapshots';
import { SuspendContract } from './use-cases/suspend-contract';

const CATALOGUE = [PublishProduct, PublishPlan, PublishPrices, ChangeProductTax, RetirePlan];
const CONTRACTS = [
  Amendments, DraftContract, ActivateContract, AddComponent, ChangeComponent, EndComponent, AgreeSubsidy, AgreeTerm, AmendCycle, AmendZone,
  SuspendContract, ResumeContract, EndContract, RenewContract, RenewDueContracts, SetContractPolicies,
];
const ENROLMENTS = [EnrolmentActs, StartEnrolments, ChangePlan, PauseEnrolments, ResumeEnrolments, CancelEnrolments, AskBy, FollowLeaving, RecordEnrolmentChanges];
const JOBS = [ContractsImport, EnrolmentsImport, RenewalTick, MembersLeftConsumer];
const OVERDUE = [ApplyOverduePolicy, OverdueConsumer, OverduePolicyWork];
const REVENUE = [SnapshotRevenue, StartRevenueSnapshots, RecurringRevenue, RevenueSnapshotRun];

@Module({
  imports: [CompaniesModule],
  providers: [
    Subscriptions,
    Rating,
    ChargeDifference,
    ChargesDoNotOverlap,
    EnrolledHeadcount,
    CompaniesOnOneClock,
    RunningContracts,
    OneClock,
    Unbilled,
    SubscriptionsTimeline,
    ...CATALOGUE,
    ...CONTRACTS,
    ...ENROLMENTS,
    ...JOBS,
    ...OVERDUE,
    ApplyProposals,
    ...REVENUE,
  ],
  exports: [Subscriptions, ...CATALOGUE, ...CONTRACTS, ...ENROLMENTS, ApplyProposals, StartRevenueSnapshots, RecurringRevenue],
})
export class SubscriptionsModule {}
