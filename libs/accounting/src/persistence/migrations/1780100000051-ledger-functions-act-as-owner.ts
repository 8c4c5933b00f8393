// The functions that write the ledger act as its owner, so that the application needs no right to write it: what they do not
// offer cannot be done. Names in them are looked up where PostgreSQL's own things lie and nowhere else.
import { MigrationInterface, QueryRunner } from 'typeorm';

const ACTING_AS_OWNER = [
  'ensure_periods(uuid, date, date)',
  `post_entries(uuid[], date[], date[], date[], text[], text[], text[], bytea[], int[], int[], int[], bigint[], text[], bigint[], bigint[],
     text[], text[], text[], uuid[], text[], numeric[], int[])`,
  'post_manual_entry(uuid, text)',
  'lock_foreign_items(bigint[], uuid[], text[])',
  'seal_block(int)',
  // Triggers on what the application may write, which keep what it may not.
  'guard_credits()',
  'advance_revenue_schedules()',
  'keep_period_balances()',
];

export class LedgerFunctionsActAsOwner1780100000051 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const name of ACTING_AS_OWNER) {
      await runner.query(`ALTER FUNCTION accounting.${name} SECURITY DEFINER SET search_path = pg_catalog, pg_temp`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ACTING_AS_OWNER) await runner.query(`ALTER FUNCTION accounting.${name} SECURITY INVOKER RESET search_path`);
  }
}
