// Manual entries: asking for them, deciding on them, and taking entries back.
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { DomainError, isDomainError, Money, parseId, type IssuerId } from '@countinghouse/kernel';
import { authorise, CurrentActor, Database, idOf, RequestLoaders, type Actor, type Loaders } from '@countinghouse/platform';
import { linesOfManualEntries, manualEntryById, undecidedManualEntries, type ManualEntryId } from '../persistence/manual-entry.queries';
import { ApproveManualEntry } from '../use-cases/approve-manual-entry';
import { RejectManualEntry } from '../use-cases/reject-manual-entry';
import { RequestManualEntry } from '../use-cases/request-manual-entry';
import { ReverseEntry } from '../use-cases/reverse-entry';
import { JournalEntryReverseInput, ManualEntryDecisionInput, ManualEntryLineType, ManualEntryPayload, ManualEntryRequestInput, ManualEntryType } from './closing.type';
import { inScope } from './scope';

@Resolver(() => ManualEntryType)
export class ManualEntryResolver {
  constructor(
    private readonly database: Database,
    private readonly request: RequestManualEntry,
    private readonly approve: ApproveManualEntry,
    private readonly reject: RejectManualEntry,
    private readonly reverse: ReverseEntry,
  ) {}

  @Query(() => [ManualEntryType], { nullable: true, description: 'Those that wait for a decision, the oldest first; at most 100.' })
  undecidedManualEntries(@Args('issuerId', { type: () => ID }) issuerId: string, @CurrentActor() actor: Actor): Promise<ManualEntryType[]> {
    const issuer = idOf<IssuerId>('Issuer', issuerId, 'issuerId');
    authorise(actor, 'accountant', issuer);
    return this.database.read((reader) => undecidedManualEntries(reader, issuer));
  }

  @Query(() => ManualEntryType, { nullable: true, description: 'What an entry by hand is, or was; null when there is none, or not for you.' })
  async manualEntry(@Args('manualEntryId', { type: () => ID }) manualEntryId: string, @CurrentActor() actor: Actor): Promise<ManualEntryType | null> {
    const id = parseId<ManualEntryId>(manualEntryId, 'manualEntryId');
    authorise(actor, 'accountant');
    return inScope(actor, await this.database.read((reader) => manualEntryById(reader, id)));
  }

  @ResolveField('lines', () => [ManualEntryLineType], { description: 'What is decided on.' })
  lines(@Parent() { id }: ManualEntryType, @RequestLoaders() loaders: Loaders): Promise<readonly ManualEntryLineType[]> {
    return loaders.list(linesOfManualEntries, id);
  }

  @Mutation(() => ManualEntryPayload, { description: 'Another accountant has to approve it.' })
  async manualEntryRequest(@Args('input') { rate, ...input }: ManualEntryRequestInput, @CurrentActor() actor: Actor): Promise<ManualEntryPayload> {
    const lines = input.lines.map(({ account, amount }, index) => ({ account, amountMinor: amountOf(amount, input.currency, `lines.${index}.amount`) }));
    const issuerId = idOf<IssuerId>('Issuer', input.issuerId, 'issuerId');
    return { manualEntry: await this.request.execute({ ...input, issuerId, lines, ...(rate == null ? {} : { rate }) }, actor) };
  }

  @Mutation(() => ManualEntryPayload, { description: 'Posts it.' })
  async manualEntryApprove(@Args('input') { manualEntryId }: ManualEntryDecisionInput, @CurrentActor() actor: Actor): Promise<ManualEntryPayload> {
    return { manualEntry: await this.approve.execute({ manualEntryId: parseId<ManualEntryId>(manualEntryId, 'manualEntryId') }, actor) };
  }

  @Mutation(() => ManualEntryPayload)
  async manualEntryReject(@Args('input') { manualEntryId }: ManualEntryDecisionInput, @CurrentActor() actor: Actor): Promise<ManualEntryPayload> {
    return { manualEntry: await this.reject.execute({ manualEntryId: parseId<ManualEntryId>(manualEntryId, 'manualEntryId') }, actor) };
  }

  @Mutation(() => ManualEntryPayload, { description: 'Asks for an entry to be taken back by another; another accountant has to approve it.' })
  async journalEntryReverse(@Args('input') { entryId, ...input }: JournalEntryReverseInput, @CurrentActor() actor: Actor): Promise<ManualEntryPayload> {
    if (!/^\d{1,18}$/.test(entryId)) throw new DomainError('ID_INVALID', `${JSON.stringify(entryId.slice(0, 40))} is not the id of an entry`, { field: 'entryId', value: entryId.slice(0, 40) });
    return { manualEntry: await this.reverse.execute({ ...input, entryId: BigInt(entryId) }, actor) };
  }
}

/** As Money reads it; what it refuses is told of the line. @throws DomainError CURRENCY_UNKNOWN, MONEY_INVALID, MONEY_TOO_PRECISE */
function amountOf(amount: string, currency: string, field: string): bigint {
  try {
    return Money.parse(amount, currency).minor;
  } catch (error) {
    if (!isDomainError(error) || error.field !== 'amount') throw error;
    throw new DomainError(error.code, error.message, { field, value: amount, ...(error.remedy ? { remedy: error.remedy } : {}), cause: error });
  }
}
