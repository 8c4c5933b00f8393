// plans and contracts, and what hangs on them.
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Money } from '@countinghouse/kernel';
import { companiesByIds, CompanyType } from '@countinghouse/companies';
import {
  CurrentActor, Database, idOf, issuersByIds, IssuerType, NodeSource, PageArgs, RequestLoaders, type Actor, type Loaders, type Page,
} from '@countinghouse/platform';
import { PublishPlan, type PublishedPrice } from '../use-cases/publish-plan';
import {
  contractsByIds, contractsOfCompanies, contractsPage, feesOfContracts, plansByIds, plansPage, pricesOfPlans, subsidiesOfContracts,
} from './contract.queries';
import {
  ContractConnection, ContractsArgs, ContractType, FeeComponentType, PlanConnection, PlanPriceInput, PlanPublishInput, PlanPublishPayload,
  PlanType, PriceType, SubsidyRuleType,
} from './contract.type';

@Resolver(() => PlanType)
@NodeSource('Plan', plansByIds)
export class PlanResolver {
  constructor(
    private readonly database: Database,
    private readonly publishPlan: PublishPlan,
  ) {}

  @Query(() => PlanConnection, { description: 'By code.' })
  plans(@Args() page: PageArgs): Promise<Page<PlanType>> {
    return this.database.read((reader) => plansPage(reader, page));
  }

  @ResolveField('prices', () => [PriceType], { description: 'By currency, newest first.' })
  prices(@Parent() plan: PlanType, @RequestLoaders() loaders: Loaders): Promise<readonly PriceType[]> {
    return loaders.list(pricesOfPlans, plan.id);
  }

  @Mutation(() => PlanPublishPayload, { description: 'Puts a plan into the catalogue, or further prices of one that is there. The same again changes nothing.' })
  async planPublish(
    @Args('input') { prices, ...plan }: PlanPublishInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<PlanPublishPayload> {
    const id = await this.publishPlan.execute({ ...plan, prices: prices.map(publishedPrice) }, actor);
    return { plan: await loaders.reload(plansByIds, id) };
  }
}

@Resolver(() => ContractType)
@NodeSource('Contract', contractsByIds)
export class ContractResolver {
  constructor(private readonly database: Database) {}

  @Query(() => ContractConnection, { description: 'By number, of the issuers in your scope.' })
  contracts(@Args() args: ContractsArgs, @CurrentActor() actor: Actor): Promise<Page<ContractType>> {
    return this.database.read((reader) => contractsPage(reader, args, actor));
  }

  @Query(() => ContractType, { nullable: true })
  contract(@Args('id', { type: () => ID }) id: string, @RequestLoaders() loaders: Loaders): Promise<ContractType | null> {
    return loaders.one(contractsByIds, idOf('Contract', id, 'id'));
  }

  @ResolveField('issuer', () => IssuerType, { nullable: true })
  issuer(@Parent() contract: ContractType, @RequestLoaders() loaders: Loaders): Promise<IssuerType | null> {
    return loaders.one(issuersByIds, contract.issuerId);
  }

  @ResolveField('company', () => CompanyType, { nullable: true })
  company(@Parent() contract: ContractType, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, contract.companyId);
  }

  @ResolveField('fees', () => [FeeComponentType])
  fees(@Parent() contract: ContractType, @RequestLoaders() loaders: Loaders): Promise<readonly FeeComponentType[]> {
    return loaders.list(feesOfContracts, contract.id);
  }

  @ResolveField('subsidies', () => [SubsidyRuleType])
  subsidies(@Parent() contract: ContractType, @RequestLoaders() loaders: Loaders): Promise<readonly SubsidyRuleType[]> {
    return loaders.list(subsidiesOfContracts, contract.id);
  }
}

@Resolver(() => SubsidyRuleType)
export class SubsidyRuleResolver {
  @ResolveField('plan', () => PlanType, { nullable: true })
  plan(@Parent() rule: SubsidyRuleType, @RequestLoaders() loaders: Loaders): Promise<PlanType | null> {
    return loaders.one(plansByIds, rule.planId);
  }
}

@Resolver(() => CompanyType)
export class CompanyContractsResolver {
  @ResolveField('contracts', () => ContractConnection, { description: 'By number, of the issuers in your scope.' })
  contracts(@Parent() company: CompanyType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<ContractType>> {
    return loaders.page(contractsOfCompanies, company.id, page);
  }
}

function publishedPrice({ price: { amount, currency }, ...price }: PlanPriceInput): PublishedPrice {
  return { ...price, price: Money.parse(amount, currency) };
}
