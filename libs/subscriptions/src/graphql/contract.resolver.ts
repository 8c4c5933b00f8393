// Contracts in the API, and what hangs on them.
import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { companiesByIds, CompanyType } from '@countinghouse/companies';
import {
  Database, DateScalar, idOf, issuersByIds, IssuerType, NodeSource, PageArgs, CurrentActor, RequestLoaders, type Actor, type Loaders, type Page,
} from '@countinghouse/platform';
import { plansByIds } from './catalogue.queries';
import { PlanType } from './catalogue.type';
import { ComponentChangeType, ComponentTermsType, ComponentType, tiersOf, TierType, type TermsRow } from './component.type';
import {
  componentsByIds, componentsOfContracts, contractsByIds, contractsOfCompanies, contractsPage, feesOfContracts, stateKey, statesOfContracts, subsidiesOfContracts,
  timelinesOfComponents, timelinesOfContracts,
} from './contract.queries';
import {
  ContractChangeType, ContractConnection, ContractPoliciesType, ContractsArgs, ContractStateType, ContractType, FeeComponentType, SubsidyRuleType,
} from './contract.type';

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

  @ResolveField('state', () => ContractStateType, { nullable: true, description: 'What the timeline says of a day; of today unless told.' })
  state(
    @Parent() contract: ContractType,
    @Args('on', { type: () => DateScalar, nullable: true }) on: LocalDate | null,
    @RequestLoaders() loaders: Loaders,
  ): Promise<ContractStateType | null> {
    return loaders.one(statesOfContracts, stateKey(contract.id, on));
  }

  @ResolveField('policies', () => ContractPoliciesType)
  policies(@Parent() contract: ContractType): ContractPoliciesType {
    return contract.policies;
  }

  @ResolveField('timeline', () => [ContractChangeType], { description: 'As it was recorded.' })
  timeline(@Parent() contract: ContractType, @RequestLoaders() loaders: Loaders): Promise<readonly ContractChangeType[]> {
    return loaders.list(timelinesOfContracts, contract.id);
  }

  @ResolveField('components', () => [ComponentType], { description: 'Everything that was agreed, also what has ended.' })
  components(@Parent() contract: ContractType, @RequestLoaders() loaders: Loaders): Promise<readonly ComponentType[]> {
    return loaders.list(componentsOfContracts, contract.id);
  }

  @ResolveField('fees', () => [FeeComponentType], { deprecationReason: 'It knows flat fees and fees by the person only, by the terms they began with: see components.' })
  fees(@Parent() contract: ContractType, @RequestLoaders() loaders: Loaders): Promise<readonly FeeComponentType[]> {
    return loaders.list(feesOfContracts, contract.id);
  }

  @ResolveField('subsidies', () => [SubsidyRuleType])
  subsidies(@Parent() contract: ContractType, @RequestLoaders() loaders: Loaders): Promise<readonly SubsidyRuleType[]> {
    return loaders.list(subsidiesOfContracts, contract.id);
  }
}

@Resolver(() => ComponentType)
@NodeSource('Component', componentsByIds)
export class ComponentResolver {
  @ResolveField('contract', () => ContractType, { nullable: true })
  contract(@Parent() component: ComponentType, @RequestLoaders() loaders: Loaders): Promise<ContractType | null> {
    return loaders.one(contractsByIds, component.contractId);
  }

  @ResolveField('target', () => ComponentType, { nullable: true, description: 'The one fee that it reduces; null for all of them.' })
  target(@Parent() component: ComponentType, @RequestLoaders() loaders: Loaders): Promise<ComponentType | null> {
    return loaders.one(componentsByIds, component.targetId);
  }

  @ResolveField('timeline', () => [ComponentChangeType], { description: 'As it was recorded.' })
  timeline(@Parent() component: ComponentType, @RequestLoaders() loaders: Loaders): Promise<readonly ComponentChangeType[]> {
    return loaders.list(timelinesOfComponents, component.id);
  }
}

@Resolver(() => ComponentTermsType)
export class ComponentTermsResolver {
  @ResolveField('tiers', () => [TierType], { nullable: true })
  tiers(@Parent() terms: ComponentTermsType): TierType[] | null {
    return tiersOf(terms as unknown as TermsRow);
  }
}

@Resolver(() => SubsidyRuleType)
export class SubsidyRuleResolver {
  @ResolveField('plan', () => PlanType, { nullable: true, description: 'Null for every plan that has no rule of its own.' })
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
