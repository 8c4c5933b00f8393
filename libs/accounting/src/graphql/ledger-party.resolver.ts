// Who stands behind a posting, by name.
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Batch, PartyName, partyKey, PartyNames, RequestLoaders, type Loaders } from '@countinghouse/platform';
import { LedgerPartyType } from './report.type';

@Resolver(() => LedgerPartyType)
export class LedgerPartyResolver {
  private readonly names: Batch<PartyName>;

  constructor(partyNames: PartyNames) {
    this.names = (reader, keys) => partyNames.of(reader, keys.map(partyOfKey));
  }

  @ResolveField('name', () => String, { nullable: true, description: 'Of a company or member; the code of a provider.' })
  async name(@Parent() { type, partyId: id }: LedgerPartyType, @RequestLoaders() loaders: Loaders): Promise<string | null> {
    if (type === 'provider') return id;
    return (await loaders.one(this.names, partyKey({ type, id })))?.name ?? null;
  }

  @ResolveField('number', () => String, { nullable: true, description: 'The number of a company, the employee id of a member.' })
  async number(@Parent() { type, partyId: id }: LedgerPartyType, @RequestLoaders() loaders: Loaders): Promise<string | null> {
    return (await loaders.one(this.names, partyKey({ type, id })))?.number ?? null;
  }
}

/** A type has no blanks. */
function partyOfKey(key: string): { type: string; id: string } {
  const at = key.indexOf(' ');
  return { type: key.slice(0, at), id: key.slice(at + 1) };
}
