// What the application may not do, whatever it is made to send; what a login must be given; and that a database of before gets there.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { DomainError } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { platformPersistence } from '../persistence/platform.manifest';
import { migrate, openDataSource } from './data-source';
import { Database } from './database';

const INSUFFICIENT_PRIVILEGE = '42501';

describe('the application in the database', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  const asApp = (sql: string) => test.database.transaction((tx) => tx.execute(sql));

  it('acts as a role that nobody logs in with, on things of an owner that nobody logs in as', async () => {
    const [roles] = await test.database.query(`
      SELECT current_user::text AS acting, (SELECT bool_or(rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls) FROM pg_roles WHERE rolname ~ '^countinghouse_') AS mighty,
             (SELECT array_agg(DISTINCT pg_get_userbyid(relowner)::text) FROM pg_class WHERE relnamespace::regnamespace::text IN ('platform', 'accounting', 'companies', 'subscriptions', 'invoicing', 'payments', 'bullmq')) AS owners,
             pg_has_role('countinghouse_app', 'countinghouse_owner', 'MEMBER') AS is_owner`);
    expect(roles).toEqual({ acting: 'countinghouse_app', mighty: false, owners: ['countinghouse_owner'], is_owner: false });
  });

  it.each([
    ...['INSERT INTO accounting.journal_entry DEFAULT VALUES', 'UPDATE accounting.journal_entry SET kind = kind', 'DELETE FROM accounting.journal_entry', 'TRUNCATE accounting.journal_entry'],
    ...['INSERT INTO accounting.posting DEFAULT VALUES', 'UPDATE accounting.posting SET amount_minor = 0', 'DELETE FROM accounting.posting', 'TRUNCATE accounting.posting'],
    ...['INSERT INTO accounting.block DEFAULT VALUES', 'UPDATE accounting.block SET hash = hash', 'DELETE FROM accounting.block', 'TRUNCATE accounting.block'],
    ...['UPDATE accounting.account_day_total SET debit_minor = 0', 'DELETE FROM accounting.period_balance', `INSERT INTO accounting.flow VALUES ('bank', 'revenue')`],
    ...['DELETE FROM accounting.period', 'UPDATE accounting.account SET type = type', 'DELETE FROM accounting.exchange_rate', 'UPDATE accounting.document SET number = number'],
    ...['UPDATE accounting.manual_entry SET entry_id = 1', 'UPDATE accounting.manual_entry SET lines = lines', 'DELETE FROM platform.audit_entry', 'UPDATE platform.audit_entry SET actor = actor'],
    ...['DELETE FROM platform.migration', 'TRUNCATE companies.company CASCADE', 'TRUNCATE bullmq.migration'],
  ])('may not: %s', async (sql) => {
    await expect(asApp(sql)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
  });

  it.each([
    'ALTER TABLE accounting.posting DISABLE TRIGGER USER',
    'ALTER TABLE companies.company ADD COLUMN extra int',
    'DROP TABLE accounting.posting',
    'CREATE TABLE companies.extra (id int)',
    'CREATE TABLE public.extra (id int)',
    'CREATE SCHEMA extra',
    'CREATE INDEX extra ON companies.company (id)',
    `CREATE FUNCTION accounting.extra() RETURNS int LANGUAGE sql RETURN 1`,
    'DROP FUNCTION accounting.guard_postings() CASCADE',
    'ALTER FUNCTION accounting.guard_postings() RENAME TO gone',
    'SET session_replication_role = replica',
    'GRANT INSERT ON accounting.posting TO countinghouse_app',
    'ALTER ROLE countinghouse_app SUPERUSER',
  ])('may not: %s', async (sql) => {
    // A GRANT by somebody without the right to it is a warning and gives nothing.
    await asApp(sql).catch((error: { code?: string }) => expect(error.code).toBe(INSUFFICIENT_PRIVILEGE));
    const [able] = await test.database.query(`SELECT has_table_privilege('accounting.posting', 'INSERT') AS able`);
    expect(able).toEqual({ able: false });
  });

  it('may write what is not guarded, and so may it in every table that migrations will make', async () => {
    const [tables] = await test.database.query<{ all: boolean }>(`
      SELECT bool_and(has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE')) AS all FROM pg_class c
       WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('companies', 'subscriptions', 'invoicing', 'payments', 'bullmq')`);
    expect(tables!.all).toBe(true);
    await test.owner.transaction((tx) => tx.execute('SET LOCAL ROLE countinghouse_owner; CREATE TABLE platform.later (id bigint GENERATED ALWAYS AS IDENTITY, n int)'));
    await migrate({ url: test.url, manifests: [platformPersistence] });
    expect(await asApp('INSERT INTO platform.later (n) VALUES (1)')).toBe(1);
  });
});

describe('the migration of a database', () => {
  const server = new URL(process.env['TEST_DATABASE_URL']!);
  const name = `login_${randomBytes(4).toString('hex')}`;
  const url = Object.assign(new URL(server), { username: name, password: name, pathname: name }).href;
  let administrator: Client;

  beforeAll(async () => {
    // Not to the database of the URL: while somebody is in the template, no other spec can clone it.
    administrator = new Client({ connectionString: Object.assign(new URL(server), { pathname: 'postgres' }).href });
    await administrator.connect();
  });
  afterEach(async () => {
    await administrator.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await administrator.query(`DROP ROLE IF EXISTS ${name}`);
  });
  afterAll(() => administrator.end());

  const start = () => migrate({ url, manifests: [platformPersistence] });
  const ask = async (sql: string) => {
    const dataSource = await openDataSource({ url, manifests: [] });
    return new Database(dataSource).query(sql).finally(() => dataSource.destroy());
  };

  it('works with a login that is no superuser but was granted the roles, and says what is missing to one that was not', async () => {
    await administrator.query(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`);
    await administrator.query(`CREATE DATABASE ${name}`);
    const refused = (await start().catch((error: unknown) => error)) as DomainError;
    expect(refused).toMatchObject({ code: 'DATABASE_ROLES_NOT_GRANTED', field: 'DATABASE_URL' });

    await expect(openDataSource({ url, manifests: [] })).rejects.toMatchObject({ code: 'DATABASE_NOT_MIGRATED' });

    // What the remedy says.
    await administrator.query(`GRANT countinghouse_owner, countinghouse_app TO ${name}`);
    await administrator.query(`GRANT CREATE ON DATABASE ${name} TO countinghouse_owner`);
    expect(await start()).toBeGreaterThan(0);
    expect(await start()).toBe(0);
    expect(await ask('SELECT current_user::text AS acting, count(*) AS issuers FROM platform.issuer')).toEqual([{ acting: 'countinghouse_app', issuers: 0n }]);
  });

  it('takes over what the login had made before there were roles', async () => {
    await administrator.query(`CREATE ROLE ${name} LOGIN SUPERUSER PASSWORD '${name}'`);
    await administrator.query(`CREATE DATABASE ${name} OWNER ${name}`);
    await start();
    const own = new Client({ connectionString: url });
    await own.connect();
    await own.query(`ALTER SCHEMA platform OWNER TO ${name}; ALTER TABLE platform.issuer OWNER TO ${name}; ALTER FUNCTION platform.refuse_change() OWNER TO ${name}`);
    await own.end();
    await start();
    expect(
      await ask(`SELECT DISTINCT pg_get_userbyid(owner)::text AS owner FROM (
        SELECT nspowner FROM pg_namespace WHERE nspname IN ('platform', 'bullmq') UNION ALL SELECT relowner FROM pg_class WHERE relnamespace = 'platform'::regnamespace
        UNION ALL SELECT proowner FROM pg_proc WHERE pronamespace = 'platform'::regnamespace) AS owned(owner)`),
    ).toEqual([{ owner: 'countinghouse_owner' }]);
  });
});
