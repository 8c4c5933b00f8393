// companies, company, members, and what hangs on them.
import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Database, idOf, NodeSource, PageArgs, RequestLoaders, type Loaders, type Page } from '@countinghouse/platform';
import { childrenOf, companiesByIds, companiesPage, membersByIds } from './company.queries';
import { CompaniesArgs, CompanyConnection, CompanyType, MemberConnection, MemberType } from './company.type';
import { filteredMembersOfCompanies } from './member.queries';
import { MembersArgs } from './member.type';

@Resolver(() => CompanyType)
@NodeSource('Company', companiesByIds)
export class CompanyResolver {
  constructor(private readonly database: Database) {}

  @Query(() => CompanyConnection, { description: 'By number; with a search, what fits best first.' })
  companies(@Args() args: CompaniesArgs): Promise<Page<CompanyType>> {
    return this.database.read((reader) => companiesPage(reader, args));
  }

  @Query(() => CompanyType, { nullable: true })
  company(@Args('id', { type: () => ID }) id: string, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, idOf('Company', id, 'id'));
  }

  @ResolveField('parent', () => CompanyType, { nullable: true })
  parent(@Parent() company: CompanyType, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, company.parentId);
  }

  @ResolveField('payer', () => CompanyType, { nullable: true, description: 'Who is invoiced for it; null when it pays itself.' })
  payer(@Parent() company: CompanyType, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, company.payerId);
  }

  @ResolveField('children', () => CompanyConnection, { description: 'The companies that stand under it, by number.' })
  children(@Parent() company: CompanyType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<CompanyType>> {
    return loaders.page(childrenOf, company.id, page);
  }

  @ResolveField('members', () => MemberConnection, { description: 'By employee id.' })
  members(@Parent() company: CompanyType, @Args() page: MembersArgs, @RequestLoaders() loaders: Loaders): Promise<Page<MemberType>> {
    return loaders.page(filteredMembersOfCompanies, company.id, page);
  }
}

@Resolver(() => MemberType)
@NodeSource('Member', membersByIds)
export class MemberResolver {
  @Query(() => MemberConnection, { description: 'Of one company, by employee id.' })
  members(
    @Args('companyId', { type: () => ID }) companyId: string,
    @Args() page: MembersArgs,
    @RequestLoaders() loaders: Loaders,
  ): Promise<Page<MemberType>> {
    return loaders.page(filteredMembersOfCompanies, idOf('Company', companyId, 'companyId'), page);
  }

  @ResolveField('company', () => CompanyType, { nullable: true })
  company(@Parent() member: MemberType, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, member.companyId);
  }
}
