// Products and plans in the API, and how they are published.
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Money } from '@countinghouse/kernel';
import { CurrentActor, Database, idOf, NodeSource, PageArgs, RequestLoaders, type Actor, type Loaders, type Page } from '@countinghouse/platform';
import { ChangeProductTax } from '../use-cases/change-product-tax';
import { PublishPlan, type PublishedPrice } from '../use-cases/publish-plan';
import { PublishPrices } from '../use-cases/publish-prices';
import { PublishProduct } from '../use-cases/publish-product';
import { RetirePlan } from '../use-cases/retire-plan';
import { plansByIds, plansOfProducts, plansPage, pricesOfPlans, productsByIds, productsPage, taxesOfProducts } from './catalogue.queries';
import * as t from './catalogue.type';

@Resolver(() => t.PlanType)
@NodeSource('Plan', plansByIds)
export class PlanResolver {
  constructor(
    private readonly database: Database,
    private readonly publishPlan: PublishPlan,
    private readonly publishPrices: PublishPrices,
    private readonly retirePlan: RetirePlan,
  ) {}

  @Query(() => t.PlanConnection, { description: 'By code.' })
  plans(@Args() page: PageArgs): Promise<Page<t.PlanType>> {
    return this.database.read((reader) => plansPage(reader, page));
  }

  @Query(() => t.PlanType, { nullable: true })
  plan(@Args('id', { type: () => ID }) id: string, @RequestLoaders() loaders: Loaders): Promise<t.PlanType | null> {
    return loaders.one(plansByIds, idOf('Plan', id, 'id'));
  }

  @ResolveField('prices', () => [t.PriceType], { description: 'By currency and interval, newest first.' })
  prices(@Parent() plan: t.PlanType, @RequestLoaders() loaders: Loaders): Promise<readonly t.PriceType[]> {
    return loaders.list(pricesOfPlans, plan.id);
  }

  @ResolveField('product', () => t.ProductType, { nullable: true })
  product(@Parent() plan: t.PlanType, @RequestLoaders() loaders: Loaders): Promise<t.ProductType | null> {
    return loaders.one(productsByIds, plan.productId);
  }

  @Mutation(() => t.PlanPublishPayload, { description: 'Puts a plan into the catalogue, or further prices of one that is there. The same again changes nothing.' })
  async planPublish(
    @Args('input') { prices, product, tier, ...plan }: t.PlanPublishInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<t.PlanPublishPayload> {
    const id = await this.publishPlan.execute({ ...plan, ...(product && { product }), ...(tier != null && { tier }), prices: prices.map(publishedPrice) }, actor);
    return { plan: await loaders.reload(plansByIds, id) };
  }

  @Mutation(() => t.PlanPublishPayload, { description: 'Prices from a day on. A published price is never edited, only followed by another.' })
  async planPricesPublish(@Args('input') { plan, prices }: t.PlanPricesPublishInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.PlanPublishPayload> {
    const id = await this.publishPrices.execute({ plan, prices: prices.map(publishedPrice) }, actor);
    return { plan: await loaders.reload(plansByIds, id) };
  }

  @Mutation(() => t.PlanPublishPayload, { description: 'Whoever holds the plan keeps it; nobody else is enrolled in it.' })
  async planRetire(@Args('input') { plan, from = null, reason }: t.PlanRetireInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.PlanPublishPayload> {
    const id = await this.retirePlan.execute({ plan, from, reason }, actor);
    return { plan: await loaders.reload(plansByIds, id) };
  }
}

@Resolver(() => t.ProductType)
@NodeSource('Product', productsByIds)
export class ProductResolver {
  constructor(
    private readonly database: Database,
    private readonly publishProduct: PublishProduct,
    private readonly changeTax: ChangeProductTax,
  ) {}

  @Query(() => t.ProductConnection, { description: 'By code.' })
  products(@Args() page: PageArgs): Promise<Page<t.ProductType>> {
    return this.database.read((reader) => productsPage(reader, page));
  }

  @ResolveField('plans', () => t.PlanConnection, { description: 'From the lowest tier up.' })
  plans(@Parent() product: t.ProductType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<t.PlanType>> {
    return loaders.page(plansOfProducts, product.id, page);
  }

  @ResolveField('taxes', () => [t.ProductTaxType], { description: 'Newest first.' })
  taxes(@Parent() product: t.ProductType, @RequestLoaders() loaders: Loaders): Promise<readonly t.ProductTaxType[]> {
    return loaders.list(taxesOfProducts, product.id);
  }

  @Mutation(() => t.ProductPayload, { description: 'The same again changes nothing.' })
  async productPublish(@Args('input') input: t.ProductPublishInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ProductPayload> {
    return { product: await loaders.reload(productsByIds, await this.publishProduct.execute(input, actor)) };
  }

  @Mutation(() => t.ProductPayload, { description: 'From a day on; what was charged for later days is corrected by the next run. Takes the role accountant.' })
  async productTaxChange(@Args('input') input: t.ProductTaxChangeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ProductPayload> {
    return { product: await loaders.reload(productsByIds, await this.changeTax.execute(input, actor)) };
  }
}

function publishedPrice({ price: { amount, currency }, intervalMonths, appliesTo, ...price }: t.PlanPriceInput): PublishedPrice {
  return { ...price, price: Money.parse(amount, currency), ...(intervalMonths != null && { intervalMonths }), ...(appliesTo && { appliesTo }) };
}
