// The migrations of subscriptions: taking them back and applying them again leaves no difference.
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { MigrationInterface } from 'typeorm';
import { subscriptionsPersistence } from '../../subscriptions.manifest';

describe('the migrations of subscriptions', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  /** Columns, constraints, indexes, triggers and functions of the schema, each as PostgreSQL writes it. */
  const schema = () =>
    test.database.query(`
      WITH relation AS (SELECT oid, relname FROM pg_class WHERE relnamespace = to_regnamespace('subscriptions'))
      SELECT 'column' AS kind, relname || '.' || attname AS name,
             concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, pg_get_expr(adbin, adrelid)) AS text
        FROM relation JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      UNION ALL SELECT 'constraint', relname || '.' || conname, pg_get_constraintdef(c.oid) FROM relation JOIN pg_constraint c ON conrelid = relation.oid
      UNION ALL SELECT 'index', relname, pg_get_indexdef(oid) FROM relation JOIN pg_index ON indexrelid = oid
      UNION ALL SELECT 'trigger', relname || '.' || tgname, concat(pg_get_triggerdef(t.oid), ' ', tgenabled)
        FROM relation JOIN pg_trigger t ON tgrelid = relation.oid AND NOT tgisinternal
      UNION ALL SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p WHERE pronamespace = to_regnamespace('subscriptions')
      ORDER BY 1, 2, 3`);

  it('lead up, down and up again to the same schema, and down to none', async () => {
    const before = await schema();
    const runner = test.dataSource.createQueryRunner();
    // What the contexts behind the arrows have built on subscriptions goes first, as in a real undo.
    await runner.query('DROP SCHEMA IF EXISTS payments, invoicing CASCADE');
    const migrations = subscriptionsPersistence.migrations.map((Migration) => new (Migration as new () => MigrationInterface)());
    for (const migration of [...migrations].reverse()) await migration.down(runner);
    expect(await schema()).toEqual([]);
    for (const migration of migrations) await migration.up(runner);
    await runner.release();
    expect(before.length).toBeGreaterThan(100);
    expect(await schema()).toEqual(before);
  });
});
