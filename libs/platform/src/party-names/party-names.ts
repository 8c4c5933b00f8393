// Party names: what whoever stands behind a posting is called, as the context says that knows him. The books keep ids alone.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { contributions } from '../contributions';
import { Reader } from '../database/tx';

export interface PartyName {
  /** As people know it: the number of a company, the employee id of a member. */
  readonly number: string;
  readonly name: string;
}

export interface PartyRef {
  readonly type: string;
  readonly id: string;
}

export interface PartyNamesSource {
  /** The type of party that it knows: 'company'. */
  readonly partyType: string;
  /** By id, without those that it does not know. One statement. */
  names(reader: Reader, ids: readonly string[]): Promise<ReadonlyMap<string, PartyName>>;
}

const PARTY_NAMES_SOURCE = Symbol('party-names-source');

/** Marks a provider that implements PartyNamesSource; parties of a type that nobody knows have no name. */
export const PartyNamesProvider = (): ClassDecorator => SetMetadata(PARTY_NAMES_SOURCE, true);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Injectable()
export class PartyNames {
  constructor(private readonly discovery: DiscoveryService) {}

  /** The names of parties by {@link partyKey}; one statement for each type among them. */
  async of(reader: Reader, parties: readonly PartyRef[]): Promise<ReadonlyMap<string, PartyName>> {
    const found = new Map<string, PartyName>();
    for (const source of this.sources()) {
      const ids = [...new Set(parties.filter(({ type, id }) => type === source.partyType && UUID.test(id)).map(({ id }) => id))];
      if (ids.length === 0) continue;
      for (const [id, name] of await source.names(reader, ids)) found.set(partyKey({ type: source.partyType, id }), name);
    }
    return found;
  }

  private sources(): PartyNamesSource[] {
    return contributions<PartyNamesSource>(this.discovery, PARTY_NAMES_SOURCE);
  }
}

export function partyKey({ type, id }: PartyRef): string {
  return `${type} ${id}`;
}
