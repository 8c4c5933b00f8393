// Exchange rates: the one that holds, setting one, the ECB's; and the start of revaluation runs.
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { currency, type IssuerId } from '@countinghouse/kernel';
import { authorise, CurrentActor, Database, DecimalScalar, idOf, RequestLoaders, RunPayload, runsByIds, type Actor, type Loaders, type Page } from '@countinghouse/platform';
import { rateText } from '../domain/exchange-rate';
import { ratesOn } from '../persistence/exchange.queries';
import { recordedRates } from '../persistence/rate.queries';
import { ImportEcbRates } from '../use-cases/import-ecb-rates';
import { SetRate } from '../use-cases/set-rate';
import { StartRevaluationRun } from '../use-cases/start-revaluation-run';
import {
  EcbRatesImportInput, EcbRatesPayload, ExchangeRateArgs, ExchangeRatePayload, ExchangeRateSetInput, RecordedExchangeRateConnection, RecordedExchangeRatesArgs,
  RecordedExchangeRateType, RevaluationRunStartInput,
} from './chart.type';

@Resolver()
export class CurrencyResolver {
  constructor(
    private readonly database: Database,
    private readonly setRate: SetRate,
    private readonly importRates: ImportEcbRates,
    private readonly startRevaluation: StartRevaluationRun,
  ) {}

  @Query(() => DecimalScalar, { nullable: true, description: 'What one unit of a currency is worth in the issuer’s on a day; null when no rate is known.' })
  async exchangeRate(@Args() args: ExchangeRateArgs, @CurrentActor() actor: Actor): Promise<string | null> {
    const issuerId = idOf<IssuerId>('Issuer', args.issuerId, 'issuerId');
    authorise(actor, 'viewer', issuerId);
    const [rate] = await this.database.read((reader) => ratesOn(reader, [{ issuerId, currency: currency(args.currency), day: args.on }]));
    return rate ? rateText(rate) : null;
  }

  @Query(() => RecordedExchangeRateConnection, { nullable: true, description: 'Every rate of a currency that was recorded for the books of an issuer, with its day and source, the newest first.' })
  recordedExchangeRates(@Args() { issuerId, currency: ofCurrency, ...page }: RecordedExchangeRatesArgs, @CurrentActor() actor: Actor): Promise<Page<RecordedExchangeRateType>> {
    const issuer = idOf<IssuerId>('Issuer', issuerId, 'issuerId');
    authorise(actor, 'viewer', issuer);
    return this.database.read((reader) => recordedRates(reader, issuer, currency(ofCurrency), page));
  }

  @Mutation(() => ExchangeRatePayload, { description: 'Sets a rate by hand, for the books of one issuer.' })
  async exchangeRateSet(@Args('input') input: ExchangeRateSetInput, @CurrentActor() actor: Actor): Promise<ExchangeRatePayload> {
    const [base, quote] = [currency(input.base), currency(input.quote)];
    await this.setRate.execute({ ...input, base, quote, issuerId: idOf('Issuer', input.issuerId, 'issuerId') }, actor);
    return { rate: input.rate };
  }

  @Mutation(() => EcbRatesPayload, { description: 'Imports reference rates of the European Central Bank. Known ones are passed over.' })
  async ecbRatesImport(@Args('input') { csv }: EcbRatesImportInput, @CurrentActor() actor: Actor): Promise<EcbRatesPayload> {
    return this.importRates.execute(oneChunk(csv), actor);
  }

  @Mutation(() => RunPayload, { description: 'Revalues foreign currency at the end of a month, reversed on the next day. Safe to ask for twice.' })
  async revaluationRunStart(
    @Args('input') { issuerId, periodStart }: RevaluationRunStartInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<RunPayload> {
    const { id } = await this.startRevaluation.execute({ issuerId: idOf('Issuer', issuerId, 'issuerId'), periodStart }, actor);
    return { run: await loaders.one(runsByIds, id) };
  }
}

async function* oneChunk(text: string): AsyncIterable<string> {
  yield await Promise.resolve(text);
}
