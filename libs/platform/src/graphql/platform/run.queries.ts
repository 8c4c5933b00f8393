// Reads of runs, parked work and rejections for the API.
import type { Actor } from '../../auth/actor';
import { Reader } from '../../database/tx';
import { PageArgs, type Page } from '../connection';
import { keysetPage, keysetPages, KeysetQuery, Where } from '../keyset';
import { byKey } from '../rows';
import { ImportRejectionType, ParkedDeliveryType, ParkedItemType, RunsArgs, RunType } from './run.type';

/** The issuer that a run is about; runs without one (imports) are nobody's in particular. */
const ISSUER = `(r.input ->> 'issuerId')::uuid`;

const COLUMNS = `r.id, r.kind, r.state, r.total::float8 AS total, r.done::float8 AS done, r.parked::float8 AS parked,
  CASE WHEN r.state = 'succeeded' THEN 1 WHEN r.total = 0 THEN 0 ELSE least(r.done::float8 / r.total, 1) END AS progress,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', key, 'value', value) ORDER BY key), '[]') FROM jsonb_each_text(r.result)) AS result,
  r.started_by AS "startedBy", r.created_at AS "createdAt", r.started_at AS "startedAt", r.finished_at AS "finishedAt",
  ${ISSUER} AS "issuerId"`;

const inScope = (where: Where, actor: Actor): Where =>
  where.when(actor.issuers === '*' ? null : actor.issuers, (p) => `${ISSUER} IS NULL OR ${ISSUER} = ANY(${p}::uuid[])`);

export async function runsByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, RunType>> {
  const where = inScope(new Where().when(ids, (p) => `r.id = ANY(${p}::uuid[])`), actor);
  return byKey(await reader.query<RunType>(`SELECT ${COLUMNS} FROM platform.run r WHERE ${where.and()}`, where.params), 'id');
}

/** Newest first. */
export async function runsPage(reader: Reader, { kind, state, ...page }: RunsArgs, actor: Actor): Promise<Page<RunType>> {
  const where = inScope(new Where(), actor)
    .when(kind, (p) => `r.kind = ${p}`)
    .when(state, (p) => `r.state = ${p}`);
  const orderBy: KeysetQuery['orderBy'] = [
    { sql: 'r.created_at', type: 'timestamptz' },
    { sql: 'r.id', type: 'uuid' },
  ];
  return keysetPage(reader, { list: 'runs', select: COLUMNS, from: 'platform.run r', where, orderBy, direction: 'descending' }, page);
}

export async function parkedItemsOfRuns(reader: Reader, runs: readonly string[], page: PageArgs): Promise<Map<string, Page<ParkedItemType>>> {
  const query: KeysetQuery = {
    list: 'parked-items',
    select: 'p.item, p.code, p.reason, p.parked_at AS "parkedAt"',
    from: 'platform.run_parked_item p',
    where: new Where(),
    orderBy: [{ sql: 'p.item', type: 'text' }],
    direction: 'ascending',
  };
  return keysetPages(reader, query, page, runs, 'p.run_id');
}

export async function rejectionsOfRuns(reader: Reader, runs: readonly string[], page: PageArgs): Promise<Map<string, Page<ImportRejectionType>>> {
  const query: KeysetQuery = {
    list: 'import-rejections',
    select: 'x.line, x."column", x.value, x.code, x.reason, x.remedy',
    from: 'platform.import_rejection x',
    where: new Where(),
    orderBy: [
      { sql: 'x.line', type: 'bigint' },
      { sql: 'x.id', type: 'bigint' },
    ],
    direction: 'ascending',
  };
  return keysetPages(reader, query, page, runs, 'x.run_id');
}

export async function parkedDeliveriesPage(reader: Reader, page: PageArgs): Promise<Page<ParkedDeliveryType>> {
  const query: KeysetQuery = {
    list: 'parked-deliveries',
    select: 'd.event_id AS "eventId", e.name AS event, d.consumer, d.failures, d.last_error AS "lastError"',
    from: 'platform.delivery d JOIN platform.outbox_event e ON e.id = d.event_id',
    where: new Where().when('parked', (p) => `d.state = ${p}`),
    orderBy: [
      { sql: 'd.event_id', type: 'uuid' },
      { sql: 'd.consumer', type: 'text' },
    ],
    direction: 'ascending',
  };
  return keysetPage(reader, query, page);
}
