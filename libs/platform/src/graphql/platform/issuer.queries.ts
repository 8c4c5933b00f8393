// Reads of issuers for the API, within the actor's scope.
import type { Actor } from '../../auth/actor';
import { Reader } from '../../database/tx';
import { Where } from '../keyset';
import { byKey } from '../rows';
import { IssuerType } from './issuer.type';

const COLUMNS = `i.id, i.code, i.legal_name AS "legalName", i.country, i.tax_id AS "taxId",
  i.functional_currency AS "functionalCurrency", i.time_zone AS "timeZone", i.test_clock_at AS "testClockAt"`;

async function select(reader: Reader, where: Where): Promise<IssuerType[]> {
  return reader.query<IssuerType>(`SELECT ${COLUMNS} FROM platform.issuer i WHERE ${where.and()} ORDER BY i.code`, where.params);
}

export async function issuersByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, IssuerType>> {
  return byKey(await select(reader, new Where().when(ids, (p) => `i.id = ANY(${p}::uuid[])`).inScope(actor, 'i.id')), 'id');
}

/** All that the actor may see: there are a handful. */
export async function issuersInScope(reader: Reader, actor: Actor, code?: string): Promise<IssuerType[]> {
  return select(reader, new Where().when(code, (p) => `i.code = ${p}`).inScope(actor, 'i.id'));
}
