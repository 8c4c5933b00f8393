// Subscriptions' part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { CompanyContractsResolver, ContractResolver, PlanResolver, SubsidyRuleResolver } from './graphql/contract.resolver';
import { SubscriptionsModule } from './subscriptions.module';

@Module({ imports: [SubscriptionsModule], providers: [PlanResolver, ContractResolver, SubsidyRuleResolver, CompanyContractsResolver] })
export class SubscriptionsGraphqlModule {}
