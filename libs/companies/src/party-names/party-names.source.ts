// What companies and members are called, for whoever has only their ids: the books.
import { Injectable } from '@nestjs/common';
import { PartyName, PartyNamesProvider, PartyNamesSource, Reader } from '@countinghouse/platform';

@Injectable()
@PartyNamesProvider()
export class CompanyNames implements PartyNamesSource {
  readonly partyType = 'company';

  names(reader: Reader, ids: readonly string[]): Promise<ReadonlyMap<string, PartyName>> {
    return named(reader, 'SELECT id, number, legal_name AS name FROM companies.company WHERE id = ANY ($1::uuid[])', ids);
  }
}

/** Of a member whose data was erased it is what erasing has left in its place. */
@Injectable()
@PartyNamesProvider()
export class MemberNames implements PartyNamesSource {
  readonly partyType = 'member';

  names(reader: Reader, ids: readonly string[]): Promise<ReadonlyMap<string, PartyName>> {
    return named(reader, 'SELECT id, employee_id AS number, name FROM companies.member WHERE id = ANY ($1::uuid[])', ids);
  }
}

async function named(reader: Reader, sql: string, ids: readonly string[]): Promise<ReadonlyMap<string, PartyName>> {
  const rows = await reader.query<PartyName & { id: string }>(sql, [ids]);
  return new Map(rows.map(({ id, ...name }) => [id, name]));
}
