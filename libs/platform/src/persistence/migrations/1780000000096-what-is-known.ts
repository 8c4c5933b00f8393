// The instant that rows of timelines are stamped with, and the latest one of which everybody can be told what was known.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class WhatIsKnown1780000000096 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION platform.known_until(), platform.recorded_at()');
  }
}

/**
 * A row that is stamped but not committed is seen by nobody. So whoever stamps holds a lock until its end, which says in its
 * key since when, and locks are seen by every role; of the transactions of others PostgreSQL shows a role nothing else.
 * A key is 1,000,000,000 and the thousands of seconds since 1970, then the microseconds that remain; the pairs that
 * others take, such as the queue, begin elsewhere.
 */
const SQL = `
  -- The default of what is read as it was known: one instant for all that a transaction records.
  CREATE FUNCTION platform.recorded_at() RETURNS timestamptz LANGUAGE plpgsql AS $$
  DECLARE
    stamp text := current_setting('countinghouse.recorded_at', true);
    since bigint;
  BEGIN
    -- A setting of the transaction goes with a savepoint that is rolled back, as the lock does.
    IF coalesce(stamp, '') = '' THEN
      since := extract(epoch FROM clock_timestamp()) * 1000000;
      PERFORM pg_advisory_xact_lock_shared((1000000000 + since / 1000000000)::int, (since % 1000000000)::int);
      -- Not before the lock is there: who looks in between and finds none takes all that came before for known.
      stamp := set_config('countinghouse.recorded_at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), true);
    END IF;
    RETURN stamp::timestamptz;
  END $$;

  -- Every row stamped up to this instant, by others than this transaction, is committed or will never be. So whoever reads in a
  -- snapshot taken afterwards, now or in ten years, finds the same.
  CREATE FUNCTION platform.known_until() RETURNS timestamptz LANGUAGE plpgsql AS $$
  DECLARE
    -- Before the locks are looked at: whoever takes one after that is stamped later.
    asked timestamptz := clock_timestamp();
    since bigint;
  BEGIN
    SELECT min((classid::bigint - 1000000000) * 1000000000 + objid::bigint) INTO since FROM pg_locks
     WHERE locktype = 'advisory' AND objsubid = 2 AND classid::bigint BETWEEN 1000000000 AND 1009999999
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid IS DISTINCT FROM pg_backend_pid();
    RETURN least(asked, timestamptz 'epoch' + since * interval '1 microsecond') - interval '1 microsecond';
  END $$;
`;
