// Subscriptions' part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { PlanResolver, ProductResolver } from './graphql/catalogue.resolver';
import { ComponentChangeResolver, ContractChangeResolver } from './graphql/contract-change.resolver';
import { CompanyContractsResolver, ComponentResolver, ComponentTermsResolver, ContractResolver, SubsidyRuleResolver } from './graphql/contract.resolver';
import {
  ContractEnrolmentsResolver, EnrolmentActsResolver, EnrolmentResolver, EnrolmentTimelineResolver, MemberEnrolmentsResolver,
} from './graphql/enrolment.resolver';
import { RecurringRevenueResolver } from './graphql/revenue.resolver';
import { SubscriptionsModule } from './subscriptions.module';

const CATALOGUE = [PlanResolver, ProductResolver];
const CONTRACTS = [
  ContractResolver, ContractChangeResolver, ComponentResolver, ComponentTermsResolver, ComponentChangeResolver, SubsidyRuleResolver, CompanyContractsResolver,
];
const ENROLMENTS = [EnrolmentResolver, EnrolmentTimelineResolver, EnrolmentActsResolver, ContractEnrolmentsResolver, MemberEnrolmentsResolver];

@Module({ imports: [SubscriptionsModule], providers: [...CATALOGUE, ...CONTRACTS, ...ENROLMENTS, RecurringRevenueResolver] })
export class SubscriptionsGraphqlModule {}
