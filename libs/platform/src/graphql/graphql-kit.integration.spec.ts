// The kit over HTTP: who gets in, what errors say, how lists page, what is too much.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Args, Field, Int, Mutation, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import request from 'supertest';
import { DomainError } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import {
  authorise,
  Connection,
  CurrentActor,
  Database,
  DevelopmentIssuer,
  GraphqlKitModule,
  keysetPage,
  LIMITS,
  MoneyField,
  NodeSource,
  Node,
  PageArgs,
  Payload,
  PlatformGraphqlModule,
  PlatformModule,
  RequestLoaders,
  ROLES,
  TelemetryModule,
  Where,
  byKey,
} from '../index';
import type { Actor, AuthOptions, Batch, Loaders, Page, Role } from '../index';

@ObjectType('Coin', { implements: () => [Node] })
class Coin extends Node {
  @MoneyField()
  readonly worth!: unknown;
}
const CoinConnection = Connection('Coin', () => Coin);

const coinsByIds: Batch<object> = async (reader, ids) =>
  byKey(await reader.query<{ id: string }>('SELECT id, worth_minor AS "worthMinor", currency FROM public.coin WHERE id = ANY($1::uuid[])', [ids]), 'id');

@ObjectType('CoinSpendPayload')
class CoinSpendPayload extends Payload {
  @Field(() => Coin, { nullable: true })
  readonly coin?: Coin;
}

@Resolver(() => Coin)
@NodeSource('Coin', coinsByIds)
class CoinResolver {
  constructor(private readonly database: Database) {}

  @Query(() => CoinConnection)
  coins(@Args() page: PageArgs): Promise<Page<Coin>> {
    return this.database.read((reader) =>
      keysetPage<Coin>(
        reader,
        {
          list: 'coins',
          select: 'id, worth_minor AS "worthMinor", currency',
          from: 'public.coin',
          where: new Where(),
          orderBy: [{ sql: 'minted_at', type: 'timestamptz' }, { sql: 'id', type: 'uuid' }],
          direction: 'descending',
        },
        page,
      ),
    );
  }

  @ResolveField('twin', () => Coin, { nullable: true })
  twin(@RequestLoaders() loaders: Loaders): Promise<object | null> {
    return loaders.one(coinsByIds, null);
  }

  @Query(() => Int)
  guarded(@Args('role', { type: () => String }) role: Role, @CurrentActor() actor: Actor): number {
    authorise(actor, role);
    return 1;
  }

  @Query(() => Int)
  broken(): number {
    throw new Error('relation "secret_table" does not exist');
  }

  @Mutation(() => CoinSpendPayload)
  coinSpend(@Args('reason', { type: () => String }) reason: string): CoinSpendPayload {
    if (reason === 'expected') throw new DomainError('COIN_SPENT', 'the coin is spent', { field: 'coin.id', value: '7', remedy: 'mint another one' });
    if (reason === 'unexpected') throw new TypeError('cannot read properties of secret_object');
    return {};
  }
}

@Module({ providers: [CoinResolver] })
class CoinGraphqlModule {}

async function start(url: string, production: boolean, auth: AuthOptions) {
  const module = await Test.createTestingModule({
    imports: [
      PlatformModule.forRoot({ databaseUrl: url, manifests: [], role: 'http' }),
      TelemetryModule,
      GraphqlKitModule.forRoot({ production, auth }),
      PlatformGraphqlModule,
      CoinGraphqlModule,
    ],
  }).compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: false, bodyParser: false });
  app.useBodyParser('json', { limit: LIMITS.bodyBytes });
  return app.init();
}

describe('the GraphQL kit', () => {
  let test: TestDatabase;
  let app: NestExpressApplication;
  let http: Server;
  let issuer: DevelopmentIssuer;
  let admin: string;

  const send = (query: string, variables: object = {}, token: string | null = admin) => {
    const sent = request(http).post('/graphql').send({ query, variables });
    return token === null ? sent : sent.set('Authorization', `Bearer ${token}`);
  };
  const codeOf = (body: { errors?: { extensions: { code: string } }[] }) => body.errors?.[0]?.extensions.code;

  beforeAll(async () => {
    test = await createTestDatabase();
    await test.owner.transaction(async (tx) => {
      await tx.execute(`
        CREATE TABLE public.coin (id uuid PRIMARY KEY, worth_minor bigint NOT NULL, currency char(3) NOT NULL, minted_at timestamptz NOT NULL);
        GRANT SELECT ON public.coin TO PUBLIC`);
      // Several coins of one microsecond, and microseconds that a millisecond cannot tell apart.
      await tx.execute(
        `INSERT INTO public.coin SELECT gen_random_uuid(), n * 100 + 5, 'EUR', '2026-01-01T00:00:00.000Z'::timestamptz + (n / 3) * interval '1 microsecond'
           FROM generate_series(1, 120) AS n`,
      );
      await tx.execute(
        `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone)
         VALUES (gen_random_uuid(), 'PT', 'Casa', 'PT', '1', 'EUR', 'Europe/Lisbon'), (gen_random_uuid(), 'ES', 'Casa', 'ES', '2', 'EUR', 'Europe/Madrid')`,
      );
    });
    app = await start(test.url, false, { mode: 'development' });
    http = app.getHttpServer() as Server;
    issuer = app.get(DevelopmentIssuer, { strict: false });
    admin = await issuer.token({ subject: 'ana', role: 'admin', issuers: '*' });
  });
  afterAll(async () => {
    await app.close();
    await test.drop();
  });

  describe('authentication', () => {
    it('answers a request without a token with 401 and UNAUTHENTICATED, and says nothing about its query', async () => {
      const { status, body, headers } = await send('{ nonsense', {}, null);
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toBe('Bearer');
      expect(body).toEqual({ errors: [{ message: 'a valid bearer token is needed', extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) }] });
    });

    it.each([
      ['not a token', 'nonsense'],
      ['a token without a signature', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"x","role":"admin","issuers":"*"}').toString('base64url')}.`],
    ])('refuses %s', async (_name, token) => {
      expect((await send('{ viewer { role } }', {}, token)).status).toBe(401);
    });

    it('makes subject, role and scope of the token the actor', async () => {
      const token = await issuer.token({ subject: 'rui', role: 'viewer', issuers: ['PT', 'XX'] });
      const { body } = await send('{ viewer { subject role issuers { code } } issuers { code } issuer(code: "ES") { code } }', {}, token);
      expect(body.data).toEqual({ viewer: { subject: 'rui', role: 'VIEWER', issuers: [{ code: 'PT' }] }, issuers: [{ code: 'PT' }], issuer: null });
    });

    it('gives a development token to whoever asks', async () => {
      const { body } = await request(http).post('/dev/token').send({ role: 'billing', issuers: ['PT'] });
      expect((await send('{ viewer { role } }', {}, body.token as string)).body.data.viewer.role).toBe('BILLING');
      expect((await request(http).post('/dev/token').send({ role: 'owner' })).status).toBe(400);
    });

    it.each(ROLES.flatMap((has) => ROLES.map((needed) => [has, needed] as const)))('role %s where %s is needed', async (has, needed) => {
      const token = await issuer.token({ subject: 'x', role: has, issuers: '*' });
      const { body } = await send('query ($role: String!) { guarded(role: $role) }', { role: needed }, token);
      const allowed = ROLES.indexOf(has) >= ROLES.indexOf(needed);
      expect(allowed ? body.data.guarded : codeOf(body)).toBe(allowed ? 1 : 'FORBIDDEN');
    });
  });

  describe('errors', () => {
    const spend = 'mutation ($reason: String!) { coinSpend(reason: $reason) { coin { id } userErrors { code message path remedy } } }';

    it('turns a DomainError of a mutation into a user error with code, path and remedy', async () => {
      const { body } = await send(spend, { reason: 'expected' });
      expect(body).toEqual({
        data: { coinSpend: { coin: null, userErrors: [{ code: 'COIN_SPENT', message: 'the coin is spent', path: ['input', 'coin', 'id'], remedy: 'mint another one' }] } },
      });
    });

    it('answers an empty list of user errors when the act is done', async () => {
      expect((await send(spend, { reason: 'none' })).body).toEqual({ data: { coinSpend: { coin: null, userErrors: [] } } });
    });

    it.each([[spend, 'unexpected'], ['{ broken }', '']])('hides everything about a fault of ours but code and request id (%s)', async (query, reason) => {
      const { body, headers } = await send(query, { reason }).set('X-Request-Id', 'trace-me-1234');
      expect(codeOf(body)).toBe('INTERNAL');
      expect(body.errors[0].extensions).toEqual({ code: 'INTERNAL', requestId: 'trace-me-1234' });
      expect(headers['x-request-id']).toBe('trace-me-1234');
      expect(JSON.stringify(body)).not.toMatch(/secret|stack|TypeError/);
    });
  });

  describe('paging', () => {
    const PAGE = `query ($first: Int, $after: String, $last: Int, $before: String) {
      coins(first: $first, after: $after, last: $last, before: $before) { edges { cursor node { id worth { amount currency minorUnits } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    const page = async (variables: object) => (await send(PAGE, variables)).body.data.coins as Page<{ id: string }>;

    it('walks 120 rows in pages of 25 unless told, each row once, and back again', async () => {
      const seen: string[] = [];
      let after: string | null = null;
      for (let more = true; more; ) {
        const got: Page<{ id: string }> = await page({ after });
        seen.push(...got.edges.map(({ node }) => node.id));
        ({ hasNextPage: more, endCursor: after } = got.pageInfo);
      }
      expect(seen).toHaveLength(120);
      expect(new Set(seen).size).toBe(120);

      const back: string[] = [];
      let before: string | null = null;
      for (let more = true; more; ) {
        const got: Page<{ id: string }> = await page({ last: 50, before });
        back.unshift(...got.edges.map(({ node }) => node.id));
        ({ hasPreviousPage: more, startCursor: before } = got.pageInfo);
      }
      expect(back).toEqual(seen);
    });

    it('is not disturbed by rows that come meanwhile', async () => {
      const first = await page({ first: 60 });
      await test.owner.transaction((tx) => tx.execute(`INSERT INTO public.coin VALUES (gen_random_uuid(), 1, 'EUR', '2026-02-01T00:00:00Z')`));
      const rest = await page({ first: 100, after: first.pageInfo.endCursor });
      await test.owner.transaction((tx) => tx.execute(`DELETE FROM public.coin WHERE worth_minor = 1`));
      expect(rest.edges).toHaveLength(60);
      expect(rest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    });

    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    it.each([
      ['nonsense', 'nonsense'],
      ['nothing', ''],
      ['a cursor of another list', encoded(['runs', '2026-01-01T00:00:00+00:00', '0199aaaa-0000-7000-8000-000000000000'])],
      ['a value of the wrong type', encoded(['coins', "2026' OR 1=1", '0199aaaa-0000-7000-8000-000000000000'])],
      ['too few values', encoded(['coins', '2026-01-01T00:00:00+00:00'])],
    ])('refuses %s as a cursor, naming the argument and the remedy', async (_name, after) => {
      const { body } = await send(PAGE, { after });
      expect(body.errors[0].extensions).toMatchObject({ code: 'CURSOR_INVALID', field: 'after', remedy: expect.stringContaining('this list returned it') });
    });

    it.each([{ first: 0 }, { first: 101 }, { last: -1 }, { first: 1, last: 1 }])('refuses the page size %j', async (size) => {
      expect(codeOf((await send(PAGE, size)).body)).toBe('PAGE_SIZE_INVALID');
    });

    it('finds a node again by its global id, gives null for one that is not there and refuses what is no id', async () => {
      const coin = (await page({ first: 1 })).edges[0]!.node;
      expect(coin.id).toMatch(/^Coin_[0-9a-f-]{36}$/);
      const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Coin { worth { currency } } } }';
      const missing = 'Coin_00000000-0000-7000-8000-000000000000';
      expect((await send(query, { ids: [coin.id, missing, missing.replace('Coin', 'Nothing')] })).body.data.nodes).toEqual([
        { __typename: 'Coin', id: coin.id, worth: { currency: 'EUR' } }, null, null,
      ]);
      expect(codeOf((await send('{ node(id: "Coin_7") { id } }')).body)).toBe('ID_INVALID');
    });

    it('gives money in major and minor units as text', async () => {
      const all = (await page({ first: 100 })).edges.map(({ node }) => (node as unknown as { worth: object }).worth);
      expect(all).toContainEqual({ amount: '100.05', currency: 'EUR', minorUnits: '10005' });
    });
  });

  describe('limits', () => {
    const twins = (depth: number) => `{ coins(first: 1) { edges { node ${'{ twin '.repeat(depth)} { id } ${'}'.repeat(depth)} } } }`;

    it.each([
      ['depth', twins(LIMITS.depth), 'QUERY_TOO_DEEP'],
      ['aliases', `{ ${Array.from({ length: LIMITS.aliases + 1 }, (_, n) => `a${n}: issuers { code }`).join(' ')} }`, 'QUERY_TOO_MANY_ALIASES'],
      ['fields in fragments that fan out', fanOut(), 'GRAPHQL_VALIDATION_FAILED'],
      ['cost', '{ runs(first: 100) { edges { node { parkedItems(first: 100) { edges { node { item } } } importRejections(first: 100) { edges { node { line } } } } } } }', 'QUERY_TOO_COSTLY'],
      ['tokens', `{ ${'issuers { code } '.repeat(LIMITS.tokens)} }`, 'GRAPHQL_PARSE_FAILED'],
    ])('refuses too much %s', async (_name, query, code) => {
      const { status, body } = await send(query);
      expect([status, codeOf(body)]).toEqual([400, code]);
    });

    it('counts a page size in a variable like one in the text', async () => {
      const query = 'query ($n: Int = 100) { runs(first: $n) { edges { node { parkedItems(first: $n) { edges { node { item } } } importRejections(first: $n) { edges { node { line } } } } } } }';
      expect(codeOf((await send(query)).body)).toBe('QUERY_TOO_COSTLY');
      expect(codeOf((await send(query, { n: 99 })).body)).toBe('QUERY_TOO_COSTLY');
      expect((await send(query, { n: 5 })).body.errors).toBeUndefined();
    });

    it('refuses a body above 1 MiB', async () => {
      const { status } = await send('{ viewer { role } }', { padding: 'x'.repeat(LIMITS.bodyBytes) });
      expect(status).toBe(413);
    });

    it('answers no batches, and no simple cross-site requests', async () => {
      const batch = await request(http).post('/graphql').set('Authorization', `Bearer ${admin}`).send([{ query: '{ viewer { role } }' }, { query: '{ viewer { role } }' }]);
      expect(batch.status).toBe(400);
      const simple = await request(http).get('/graphql?query={viewer{role}}').set('Authorization', `Bearer ${admin}`);
      expect(simple.status).toBe(400);
    });
  });

  describe('development and production', () => {
    it('shows the schema and the query console in development', async () => {
      expect((await send('{ __schema { queryType { name } } }')).body.data.__schema.queryType.name).toBe('Query');
      const page = await request(http).get('/graphiql');
      expect(page.text).toContain('query console');
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      expect(page.text).not.toMatch(/https?:\/\//);
    });

    it('does not run the development issuer in production', () => {
      expect(() => GraphqlKitModule.forRoot({ production: true, auth: { mode: 'development' } })).toThrow('does not run in production');
    });
  });

  describe('production, with the tokens of an OIDC issuer', () => {
    const ISSUER = 'https://login.example/';
    const GOOD = { iss: ISSUER, aud: 'countinghouse', sub: 'eva', exp: 4_000_000_000, role: 'accountant', issuers: ['PT'] };
    let keys: Server;
    let live: NestExpressApplication;
    let sign: (claims: object, header?: { alg: string }, key?: CryptoKey | Uint8Array) => Promise<string>;
    let published: string;

    const call = async (token: string, query = '{ viewer { subject role issuers { code } } }') =>
      request(live.getHttpServer() as Server).post('/graphql').set('Authorization', `Bearer ${token}`).send({ query });

    beforeAll(async () => {
      const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
      published = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] });
      keys = createServer((_request, response) => void response.setHeader('content-type', 'application/json').end(published)).listen(0, '127.0.0.1');
      await once(keys, 'listening');
      const jwksUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`;
      live = await start(test.url, true, { mode: 'oidc', issuer: ISSUER, audience: 'countinghouse', jwksUrl });
      sign = (claims, header = { alg: 'RS256' }, key = privateKey) => new SignJWT({ ...claims }).setProtectedHeader({ kid: 'k1', ...header }).sign(key);
    });
    afterAll(async () => {
      await live.close();
      keys.close();
    });

    it('takes a good token', async () => {
      const { body } = await call(await sign(GOOD));
      expect(body.data).toEqual({ viewer: { subject: 'eva', role: 'ACCOUNTANT', issuers: [{ code: 'PT' }] } });
    });

    it.each([
      ['another issuer', { iss: 'https://other.example/' }],
      ['another audience', { aud: 'another-api' }],
      ['a day that has passed', { exp: 1_700_000_000 }],
      ['no expiry', { exp: undefined }],
      ['no subject', { sub: undefined }],
      ['a role that does not exist', { role: 'owner' }],
      ['no role', { role: undefined }],
      ['issuers in another shape', { issuers: 'PT' }],
    ])('refuses a token with %s', async (_what, change) => {
      expect((await call(await sign({ ...GOOD, ...change }))).status).toBe(401);
    });

    it('refuses a token signed by somebody else, or with the public key as a shared secret', async () => {
      const { privateKey } = await generateKeyPair('RS256');
      const forged = [await sign(GOOD, { alg: 'RS256' }, privateKey), await sign(GOOD, { alg: 'HS256' }, new TextEncoder().encode(published)), admin];
      for (const token of forged) expect((await call(token)).status).toBe(401);
    });

    it('does not show its schema, not even by a hint', async () => {
      const token = await sign(GOOD);
      const introspection = await call(token, '{ __schema { queryType { name } } }');
      expect(introspection.status).toBe(400);
      expect(introspection.body.data).toBeUndefined();
      const misspelt = await call(token, '{ viewr { role } }');
      expect(misspelt.status).toBe(400);
      expect(JSON.stringify(misspelt.body)).not.toMatch(/Did you mean|viewer/);
    });

    it('has neither query console nor token endpoint', async () => {
      const server = live.getHttpServer() as Server;
      expect((await request(server).get('/graphiql')).status).toBe(404);
      expect((await request(server).post('/dev/token').send({})).status).toBe(404);
    });

    it('answers 503 and not 401 when the keys of the issuer cannot be had', async () => {
      const cut = await start(test.url, true, { mode: 'oidc', issuer: ISSUER, audience: 'countinghouse', jwksUrl: 'http://127.0.0.1:9/jwks' });
      const { status, body } = await request(cut.getHttpServer() as Server).post('/graphql').set('Authorization', `Bearer ${await sign(GOOD)}`).send({ query: '{ viewer { role } }' });
      await cut.close();
      expect([status, codeOf(body)]).toEqual([503, 'AUTHENTICATION_UNAVAILABLE']);
    });
  });
});

/** Sixteen levels of fragments, each spread twice: 65,536 aliases in forty lines. */
function fanOut(): string {
  const levels = Array.from({ length: 16 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ... on Query { ...F${n + 1} } }`);
  return `{ ...F0 } ${levels.join(' ')} fragment F16 on Query { a: issuers { code } }`;
}
