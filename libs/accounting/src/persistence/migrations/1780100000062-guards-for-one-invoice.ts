// The guards with the same rules at less cost for a single entry: what the guard asks of an account stands on the account, and one
// query per trigger decides. Rules of one row are no CHECK constraints, because PostgreSQL parses those anew for every statement.
import { MigrationInterface, QueryRunner } from 'typeorm';
import { FOREIGN_ITEMS } from './1780100000001-ledger';
import { GUARD_IN_ONE_PASS, PLANNED_FOR_FEW, SEAL_BY_FIRST_LINE } from './1780100000053-guards-in-one-pass';

export class GuardsForOneInvoice1780100000062 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [ROWS, ACCOUNT, guardPostings(addDayTotals('accounting.account_day', 'new_posting')), SEAL]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [GUARD_IN_ONE_PASS, SEAL_BY_FIRST_LINE]) await runner.query(sql);
    await runner.query(`
      ALTER TABLE accounting.posting ADD CONSTRAINT posting_tax_is_country_category_and_rate CHECK (tax_code LIKE '__ _% _%.__');
      ALTER TABLE accounting.journal_entry ADD CONSTRAINT entry_is_not_dated_before_its_fact CHECK (effective_on <= entry_date);
      DROP TRIGGER account_knows_what_the_guard_asks ON accounting.account;
      DROP FUNCTION accounting.derive_account();
      ALTER TABLE accounting.account DROP COLUMN functional_currency, DROP COLUMN flow_credit_bits;`);
    await runner.query(CHECK_ACCOUNT_DAYS_WITHOUT_LOCK);
  }
}

const ROWS = `
  -- The guards ask this now.
  ALTER TABLE accounting.posting DROP CONSTRAINT posting_tax_is_country_category_and_rate;
  ALTER TABLE accounting.journal_entry DROP CONSTRAINT entry_is_not_dated_before_its_fact;
`;

const ACCOUNT = `
  ALTER TABLE accounting.account
    ADD COLUMN functional_currency char(3),
    -- The roles that may stand in credit where this account is debited; of flow_bit.
    ADD COLUMN flow_credit_bits int;

  -- Derived anew whatever is written there. A migration that declares another flow updates the accounts.
  CREATE FUNCTION accounting.derive_account() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    NEW.functional_currency := (SELECT functional_currency FROM platform.issuer WHERE id = NEW.issuer_id);
    NEW.flow_credit_bits := coalesce((SELECT bit_or(credit_bit) FROM accounting.flow WHERE debit_role = NEW.role), 0);
    RETURN NEW;
  END $$;
  CREATE TRIGGER account_knows_what_the_guard_asks BEFORE INSERT OR UPDATE ON accounting.account
    FOR EACH ROW EXECUTE FUNCTION accounting.derive_account();
  ALTER TABLE accounting.account ENABLE ALWAYS TRIGGER account_knows_what_the_guard_asks;
  UPDATE accounting.account SET name = name;

  -- Whoever changes the days of an account waits for those who post into the periods that are open, and they for him, so that
  -- a posting of the same moment is either seen here or sees the account as it will be. In the order in which posters lock.
  CREATE OR REPLACE FUNCTION accounting.check_account_days() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(key)
       FROM (SELECT accounting.period_lock_key(issuer_id, starts_on) AS key FROM accounting.period
              WHERE issuer_id = NEW.issuer_id AND state <> 'closed' ORDER BY key) AS keys;
    IF EXISTS (SELECT FROM accounting.account_day
                WHERE account_id = NEW.id AND (entry_date < NEW.active_from OR entry_date >= NEW.active_until)) THEN
      RAISE EXCEPTION 'account % has postings on days that it would not be active on', NEW.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_is_active_on_its_postings';
    END IF;
    RETURN NULL;
  END $$;
`;

const CHECK_ACCOUNT_DAYS_WITHOUT_LOCK = `
  CREATE OR REPLACE FUNCTION accounting.check_account_days() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM accounting.account_day
                WHERE account_id = NEW.id AND (entry_date < NEW.active_from OR entry_date >= NEW.active_until)) THEN
      RAISE EXCEPTION 'account % has postings on days that it would not be active on', NEW.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_is_active_on_its_postings';
    END IF;
    RETURN NULL;
  END $$;
`;

/** The totals of rows of postings, added to those that are kept in a table. */
export const addDayTotals = (table: string, rows: string): string => `
    -- One row per account, currency and day, in key order, so that two writers never wait for each other in a circle.
    -- The shard follows the transaction: a second statement of this transaction meets its own rows, not another's.
    INSERT INTO ${table} AS total
      (account_id, currency, entry_date, shard, debit_minor, credit_minor, functional_debit_minor, functional_credit_minor, posting_count)
    SELECT account_id, currency, entry_date, (pg_current_xact_id()::text::bigint % 16)::int,
           coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0),
           coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0),
           coalesce(sum(functional_amount_minor) FILTER (WHERE functional_amount_minor > 0), 0),
           coalesce(-sum(functional_amount_minor) FILTER (WHERE functional_amount_minor < 0), 0),
           count(*)
      FROM ${rows}
     GROUP BY account_id, currency, entry_date
     ORDER BY account_id, currency, entry_date
    ON CONFLICT (account_id, currency, entry_date, shard) DO UPDATE SET
      debit_minor = total.debit_minor + excluded.debit_minor,
      credit_minor = total.credit_minor + excluded.credit_minor,
      functional_debit_minor = total.functional_debit_minor + excluded.functional_debit_minor,
      functional_credit_minor = total.functional_credit_minor + excluded.functional_credit_minor,
      posting_count = total.posting_count + excluded.posting_count;`;

/** The first rule that a line breaks, of a line with its account and its entry. */
export const LINE_RULE = `CASE
      WHEN entry.id IS NULL THEN 'posting_belongs_to_an_entry'
      WHEN entry.tx <> pg_current_xact_id() THEN 'posting_comes_with_its_entry'
      WHEN account.issuer_id IS DISTINCT FROM entry.issuer_id THEN 'posting_has_an_account_of_its_issuer'
      WHEN line.line_no NOT BETWEEN 1 AND entry.line_count THEN 'entry_comes_whole_in_one_statement'
      WHEN line.entry_date <> entry.entry_date THEN 'posting_has_the_date_of_its_entry'
      WHEN line.entry_date < account.active_from OR line.entry_date >= account.active_until THEN 'posting_account_is_active'
      WHEN account.currency <> line.currency THEN 'posting_has_the_currency_of_its_account'
      WHEN (line.rate IS NULL) <> (line.currency = account.functional_currency) THEN 'posting_has_a_rate_in_foreign_currency'
      -- Without an amount it is an exchange difference; any other line keeps its side in both currencies.
      WHEN CASE WHEN line.rate IS NULL THEN line.functional_amount_minor <> line.amount_minor
                WHEN line.amount_minor > 0 THEN line.functional_amount_minor < 0
                ELSE line.amount_minor < 0 AND line.functional_amount_minor > 0 END THEN 'posting_has_one_value_in_both_currencies'
      WHEN line.functional_amount_minor = 0 AND line.amount_minor = 0 THEN 'posting_is_not_zero'
      -- What balances add up to must stay far from the end of the numbers: MAX_AMOUNT_MINOR of the domain.
      WHEN line.functional_amount_minor NOT BETWEEN -1000000000000000 AND 1000000000000000
        OR line.amount_minor NOT BETWEEN -1000000000000000 AND 1000000000000000 THEN 'posting_is_not_too_large'
      WHEN line.tax_code NOT LIKE '__ _% _%.__' THEN 'posting_tax_is_country_category_and_rate'
      WHEN (line.party_type IS NULL) <> (line.party_id IS NULL) THEN 'posting_party_is_whole'
      WHEN (line.document_type IS NULL) <> (line.document_id IS NULL) THEN 'posting_document_is_whole'
      WHEN account.by_document AND line.document_id IS NULL THEN 'posting_of_a_sub_ledger_has_its_document'
    END`;

/** The first entry that goes where no flow is declared, looked at closely. */
export const undeclaredFlows = (into: string): string => `      WITH net AS (
        SELECT line.entry_id, account.flow_bit AS bit, sum(line.functional_amount_minor) AS net
          FROM new_posting line JOIN accounting.account ON account.id = line.account_id
         GROUP BY line.entry_id, account.flow_bit
      ), side AS (
        SELECT entry_id, bit_or(bit) FILTER (WHERE net > 0) AS debits, bit_or(bit) FILTER (WHERE net < 0) AS credits
          FROM net GROUP BY entry_id
      ), undeclared AS MATERIALIZED (
        SELECT debits, credits FROM side GROUP BY debits, credits HAVING NOT accounting.flows_are_declared(debits, credits)
      )
      SELECT side.entry_id INTO ${into}
        FROM side JOIN undeclared ON (undeclared.debits, undeclared.credits) IS NOT DISTINCT FROM (side.debits, side.credits)
       WHERE NOT EXISTS (SELECT FROM accounting.manual_entry manual WHERE manual.entry_id = side.entry_id AND manual.state = 'approved')
       ORDER BY side.entry_id LIMIT 1;`;

export const guardPostings = (keepTotals: string): string => `
  -- Checks the postings of one statement as a set and adds them to the day totals. It reads new rows, their entries,
  -- the chart and nothing else, so its cost grows with the statement and not with the ledger. The range on the entry
  -- ids keeps large statements on the index.
  CREATE OR REPLACE FUNCTION accounting.guard_postings() RETURNS trigger LANGUAGE plpgsql ${PLANNED_FOR_FEW} AS $$
  DECLARE
    first_entry bigint;
    last_entry bigint;
    new_lines bigint;
    any_foreign boolean;
    broken record;
  BEGIN
    SELECT min(entry_id), max(entry_id), count(*), bool_or(rate IS NOT NULL)
      INTO first_entry, last_entry, new_lines, any_foreign FROM new_posting;
    IF first_entry IS NULL THEN RETURN NULL; END IF;
    IF new_lines > 500 THEN PERFORM accounting.plan_for_many(); END IF;

    -- Where nothing has a rate, both amounts of a line are the same, and one sum says it all.
    IF any_foreign THEN
      SELECT entry_id INTO broken FROM new_posting GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0 ORDER BY entry_id LIMIT 1;
      IF FOUND THEN PERFORM accounting.refuse('entry_balances_per_currency', broken.entry_id); END IF;
    END IF;

    -- Lines are numbered from one and no two alike, so when as many as were announced have no higher number, all are there.
    -- An entry may go where its flows are declared at first sight: each role in credit fits every role in debit.
    SELECT rule, entry_id INTO broken FROM (
      SELECT entry_id, credits & ~fitting <> 0 AS is_unusual, CASE
          WHEN line_rule IS NOT NULL THEN line_rule
          WHEN lines <> line_count THEN 'entry_comes_whole_in_one_statement'
          WHEN functional <> 0 THEN CASE WHEN any_foreign THEN 'entry_balances_in_functional_currency' ELSE 'entry_balances_per_currency' END
        END AS rule
      FROM (
        SELECT line.entry_id, entry.line_count, count(*) AS lines, sum(line.functional_amount_minor) AS functional,
               bit_or(CASE WHEN line.functional_amount_minor < 0 THEN account.flow_bit END) AS credits,
               bit_and(CASE WHEN line.functional_amount_minor > 0 THEN account.flow_credit_bits END) AS fitting,
               min(${LINE_RULE}) AS line_rule
          FROM new_posting line
          LEFT JOIN accounting.account ON account.id = line.account_id
          LEFT JOIN accounting.journal_entry entry ON entry.id = line.entry_id AND entry.id BETWEEN first_entry AND last_entry
         GROUP BY line.entry_id, entry.line_count) AS whole) AS checked
     WHERE rule IS NOT NULL OR is_unusual ORDER BY rule IS NULL, entry_id LIMIT 1;
    IF FOUND AND broken.rule IS NOT NULL THEN PERFORM accounting.refuse(broken.rule, broken.entry_id); END IF;

    -- Looked at closely: each role counts with the side that is left over, so where one stands on both sides, it has to be
    -- summed first. Only what two persons have approved may go another way than is declared.
    IF FOUND THEN
${undeclaredFlows('broken')}
      IF FOUND THEN PERFORM accounting.refuse('entry_flows_are_declared', broken.entry_id); END IF;
    END IF;

${keepTotals}

    IF any_foreign THEN
${FOREIGN_ITEMS}
    END IF;
    RETURN NULL;
  END $$;
`;

/** The rules of a new entry, with its period and its first line. */
export const NEW_ENTRY_RULES = `WHEN entry.tx <> pg_current_xact_id() THEN 'entry_carries_the_stamp_of_its_transaction'
        WHEN entry.recorded_at <> now() THEN 'entry_is_recorded_now'
        WHEN entry.effective_on > entry.entry_date THEN 'entry_is_not_dated_before_its_fact'
        WHEN period.issuer_id IS NULL THEN 'entry_has_a_period'
        WHEN period.state = 'closed' THEN 'entry_period_is_not_closed'
        WHEN entry.entry_date < period.starts_on OR entry.entry_date >= period.ends_on THEN 'entry_date_lies_in_its_period'
        WHEN entry.line_count < 2 OR first_line.entry_id IS NULL THEN 'entry_has_its_postings'`;

export const SEAL = `
  -- At the end of the statement that makes an entry its first line must be there, and with one line the guard of postings
  -- demands all of them; so an entry without its postings never exists, not even inside a transaction. And its period
  -- must be open and stay open until this transaction ends.
  CREATE OR REPLACE FUNCTION accounting.seal_entries() RETURNS trigger LANGUAGE plpgsql ${PLANNED_FOR_FEW} AS $$
  DECLARE
    first_entry bigint;
    last_entry bigint;
    new_entries bigint;
    first_key bigint;
    last_key bigint;
    held text;
    broken record;
  BEGIN
    SELECT min(id), max(id), count(*), min(key), max(key) INTO first_entry, last_entry, new_entries, first_key, last_key
      FROM (SELECT id, accounting.period_lock_key(issuer_id, period_start) AS key FROM new_entry) AS entry;
    IF first_entry IS NULL THEN RETURN NULL; END IF;
    IF new_entries > 100 THEN PERFORM accounting.plan_for_many(); END IF;
    -- On an older snapshot the period would look open after its close was waited for.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      PERFORM accounting.refuse('ledger_is_written_in_read_committed', first_entry);
    END IF;

    -- The lock is taken in one statement and the state read in the next: waiting does not refresh a snapshot.
    IF first_key = last_key THEN
      held := pg_advisory_xact_lock_shared(first_key);
    ELSE
      PERFORM pg_advisory_xact_lock_shared(key)
         FROM (SELECT DISTINCT accounting.period_lock_key(issuer_id, period_start) AS key FROM new_entry ORDER BY key) AS keys;
    END IF;

    SELECT rule, checked.id INTO broken FROM (
      SELECT entry.id, CASE
          ${NEW_ENTRY_RULES}
        END AS rule
      FROM new_entry entry
      LEFT JOIN accounting.period ON period.issuer_id = entry.issuer_id AND period.starts_on = entry.period_start
      LEFT JOIN accounting.posting first_line
        ON first_line.entry_id = entry.id AND first_line.line_no = 1
       AND first_line.entry_id BETWEEN first_entry AND last_entry
    ) AS checked WHERE rule IS NOT NULL LIMIT 1;
    IF FOUND THEN PERFORM accounting.refuse(broken.rule, broken.id); END IF;
    RETURN NULL;
  END $$;
`;
