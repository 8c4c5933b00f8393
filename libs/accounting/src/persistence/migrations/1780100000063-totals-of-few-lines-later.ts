// A statement of few lines leaves its entries to be totalled later: it writes one short row, locks nothing that others want, and the
// totals of the day are the kept ones and the postings of what waits.
import { MigrationInterface, QueryRunner } from 'typeorm';
import { addDayTotals, guardPostings } from './1780100000062-guards-for-one-invoice';

export class TotalsOfFewLinesLater1780100000063 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE accounting.account_day RENAME TO account_day_total;
      ALTER TRIGGER account_day_is_kept_by_the_guard ON accounting.account_day_total RENAME TO day_total_is_kept_by_the_guard;
      ALTER TRIGGER account_day_is_kept ON accounting.account_day_total RENAME TO day_total_is_kept;`);
    for (const sql of [UNTOTALLED, TOTALS, accountBalance('account_day'), guardPostings(TOTALS_OF_MANY)]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM accounting.untotalled_entry');
    await runner.query(accountBalance('account_day_total'));
    await runner.query(`
      DROP VIEW accounting.account_day;
      DROP TABLE accounting.untotalled_entry;
      DROP FUNCTION accounting.total_entries(), accounting.total_days(int);
      ALTER TABLE accounting.account_day_total RENAME TO account_day;
      ALTER TRIGGER day_total_is_kept_by_the_guard ON accounting.account_day RENAME TO account_day_is_kept_by_the_guard;
      ALTER TRIGGER day_total_is_kept ON accounting.account_day RENAME TO account_day_is_kept;`);
    await runner.query(guardPostings(addDayTotals('accounting.account_day', 'new_posting')));
  }
}

const UNTOTALLED = `
  -- Entries whose postings are not in the kept totals yet. The guard puts them there; to take them out is to add them to the
  -- totals, whoever does it.
  CREATE TABLE accounting.untotalled_entry (entry_id bigint NOT NULL);

  CREATE FUNCTION accounting.total_entries() RETURNS trigger LANGUAGE plpgsql SET work_mem = '64MB' AS $$
  BEGIN
${addDayTotals('accounting.account_day_total', 'gone JOIN accounting.posting USING (entry_id)')}
    RETURN NULL;
  END $$;
  CREATE TRIGGER entry_is_totalled_when_it_goes AFTER DELETE ON accounting.untotalled_entry
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION accounting.total_entries();
  ALTER TABLE accounting.untotalled_entry ENABLE ALWAYS TRIGGER entry_is_totalled_when_it_goes;
  CREATE TRIGGER untotalled_entry_comes_from_the_guard BEFORE INSERT ON accounting.untotalled_entry
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.untotalled_entry ENABLE ALWAYS TRIGGER untotalled_entry_comes_from_the_guard;
  CREATE TRIGGER untotalled_entry_is_kept BEFORE UPDATE OR TRUNCATE ON accounting.untotalled_entry
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.untotalled_entry ENABLE ALWAYS TRIGGER untotalled_entry_is_kept;
`;

const TOTALS = `
  -- The totals of accounts by day, for whoever reads: several rows of one account, currency and day are to be added up.
  CREATE VIEW accounting.account_day AS
    SELECT account_id, currency, entry_date, debit_minor, credit_minor, functional_debit_minor, functional_credit_minor, posting_count
      FROM accounting.account_day_total
    UNION ALL
    SELECT line.account_id, line.currency, line.entry_date, greatest(line.amount_minor, 0), greatest(-line.amount_minor, 0),
           greatest(line.functional_amount_minor, 0), greatest(-line.functional_amount_minor, 0), 1
      FROM accounting.untotalled_entry JOIN accounting.posting line USING (entry_id);

  -- Adds up to p_limit waiting entries to the totals; how many it were. Those that somebody else has at hand are left to him.
  CREATE FUNCTION accounting.total_days(p_limit int) RETURNS int LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE totalled int;
  BEGIN
    DELETE FROM accounting.untotalled_entry
     WHERE ctid = ANY (ARRAY(SELECT ctid FROM accounting.untotalled_entry LIMIT p_limit FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS totalled = ROW_COUNT;
    RETURN totalled;
  END $$;
`;

/** As it was, of another table. */
const accountBalance = (days: string): string => `
  CREATE OR REPLACE VIEW accounting.account_balance AS
    SELECT account.issuer_id, account.role AS account_role, account.id AS account_id, account.code, day.currency,
           sum(day.debit_minor - day.credit_minor)::bigint AS balance_minor,
           sum(day.functional_debit_minor - day.functional_credit_minor)::bigint AS functional_balance_minor
      FROM accounting.${days} day JOIN accounting.account ON account.id = day.account_id
     GROUP BY account.id, day.currency`;

/** Up to here one row that waits costs less than the totals. */
export const FEW_LINES = 20;

export const TOTALS_OF_MANY = `
    IF new_lines <= ${FEW_LINES} THEN
      INSERT INTO accounting.untotalled_entry SELECT entry_id FROM new_posting WHERE line_no = 1;
    ELSE${addDayTotals('accounting.account_day_total', 'new_posting')}
    END IF;`;
