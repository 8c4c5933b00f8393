// What the database refuses from psql to whoever would give books another meaning by their issuer.
import { Client } from 'pg';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';

describe.each(['origin', 'replica'])('an issuer under session_replication_role = %s', (replicationRole) => {
  let test: TestDatabase;
  let psql: Client;

  beforeAll(async () => {
    test = await createTestDatabase();
    psql = new Client({ connectionString: test.url });
    await psql.connect();
    await psql.query(
      `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone)
       VALUES (gen_random_uuid(), 'PT', 'Wellness, Lda', 'PT', '501964843', 'EUR', 'Europe/Lisbon')`,
    );
    await psql.query(`SET session_replication_role = ${replicationRole}`);
  });
  afterAll(async () => {
    await psql.end();
    await test.drop();
  });

  it.each([
    ['another currency', `UPDATE platform.issuer SET functional_currency = 'USD'`],
    ['another id', 'UPDATE platform.issuer SET id = gen_random_uuid()'],
    ['its removal', 'DELETE FROM platform.issuer'],
    ['its removal with all that hangs on it', 'TRUNCATE platform.issuer CASCADE'],
  ])('is refused %s', async (_attack, sql) => {
    await expect(psql.query(sql)).rejects.toMatchObject({ code: '23001' });
  });

  it('may change its name', async () => {
    expect((await psql.query(`UPDATE platform.issuer SET legal_name = 'Wellness, S.A.'`)).rowCount).toBe(1);
  });
});
