// The migrations of payments can be taken back without a trace, and made again.
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Payments1780500000001 } from './1780500000001-payments';
import { SandboxProvider1780500000002 } from './1780500000002-sandbox-provider';

describe('the migrations of payments', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  const shape = () =>
    test.database.query(`
      SELECT 'column' AS kind, table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, generation_expression, '') AS it
        FROM information_schema.columns WHERE table_schema = 'payments'
      UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace::regnamespace::text = 'payments'
      UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'payments'
      UNION ALL SELECT 'function', pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace::regnamespace::text = 'payments'
      UNION ALL SELECT 'trigger', pg_get_triggerdef(t.oid) || t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace::regnamespace::text = 'payments' AND NOT t.tgisinternal
      ORDER BY 1, 2`);

  it('go down to nothing and up to the same again', async () => {
    const before = await shape();
    const runner = test.dataSource.createQueryRunner();
    try {
      await new SandboxProvider1780500000002().down(runner);
      await new Payments1780500000001().down(runner);
      expect(await test.database.query(`SELECT FROM pg_namespace WHERE nspname = 'payments'`)).toEqual([]);
      await new Payments1780500000001().up(runner);
      await new SandboxProvider1780500000002().up(runner);
    } finally {
      await runner.release();
    }
    expect(await shape()).toEqual(before);
    expect(before.length).toBeGreaterThan(50);
  });
});
