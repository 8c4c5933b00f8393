// The ledger: chart, periods, entries, postings, day totals, and the triggers by which the database itself keeps the rules.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Ledger1780100000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [FLOWS, TABLES, PERIODS, GUARD, SEAL, IMMUTABILITY, POSTING, VIEWS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA accounting CASCADE');
  }
}

const FLOWS = `
  CREATE SCHEMA accounting;

  -- A bit for each role that flows name, so that the sides of an entry are two numbers; the lowest is for accounts of no role.
  CREATE FUNCTION accounting.flow_bit(role text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN 1 << coalesce(array_position(ARRAY['receivables', 'deferred-revenue', 'revenue', 'vat-payable', 'provider-clearing',
    'unapplied-cash', 'bank', 'provider-fees', 'disputes', 'bad-debt', 'fx-gain', 'fx-loss'], role), 0);

  -- From which role to which value may move, by facts; the pair of the domain's table, and a spec compares the two. What
  -- two persons have approved by hand may go any other way.
  CREATE TABLE accounting.flow (
    debit_role text NOT NULL,
    credit_role text NOT NULL,
    debit_bit int NOT NULL GENERATED ALWAYS AS (accounting.flow_bit(debit_role)) STORED,
    credit_bit int NOT NULL GENERATED ALWAYS AS (accounting.flow_bit(credit_role)) STORED,
    CONSTRAINT flow_pkey PRIMARY KEY (debit_role, credit_role)
  );
  INSERT INTO accounting.flow VALUES
    ('receivables', 'deferred-revenue'), ('receivables', 'vat-payable'), ('receivables', 'provider-clearing'), ('receivables', 'bank'), ('receivables', 'fx-gain'), ('receivables', 'fx-loss'),
    ('deferred-revenue', 'revenue'), ('deferred-revenue', 'receivables'), ('deferred-revenue', 'vat-payable'), ('deferred-revenue', 'fx-gain'),
    ('revenue', 'deferred-revenue'), ('revenue', 'receivables'), ('revenue', 'vat-payable'), ('revenue', 'fx-gain'),
    ('vat-payable', 'receivables'), ('vat-payable', 'deferred-revenue'), ('vat-payable', 'revenue'), ('vat-payable', 'fx-gain'),
    ('provider-clearing', 'receivables'), ('provider-clearing', 'unapplied-cash'), ('provider-clearing', 'disputes'), ('provider-clearing', 'bank'), ('provider-clearing', 'provider-fees'), ('provider-clearing', 'fx-gain'), ('provider-clearing', 'fx-loss'),
    ('unapplied-cash', 'receivables'), ('unapplied-cash', 'provider-clearing'), ('unapplied-cash', 'bank'), ('unapplied-cash', 'fx-gain'), ('unapplied-cash', 'fx-loss'),
    ('bank', 'unapplied-cash'), ('bank', 'provider-clearing'), ('bank', 'provider-fees'), ('bank', 'fx-gain'), ('bank', 'fx-loss'),
    ('provider-fees', 'provider-clearing'), ('provider-fees', 'bank'), ('provider-fees', 'fx-gain'),
    ('disputes', 'provider-clearing'), ('disputes', 'fx-gain'), ('disputes', 'fx-loss'),
    ('bad-debt', 'receivables'), ('bad-debt', 'disputes'),
    ('fx-loss', 'receivables'), ('fx-loss', 'provider-clearing'), ('fx-loss', 'unapplied-cash'), ('fx-loss', 'disputes'), ('fx-loss', 'bank'), ('fx-loss', 'provider-fees'),
    ('fx-gain', 'receivables'), ('fx-gain', 'provider-clearing'), ('fx-gain', 'unapplied-cash'), ('fx-gain', 'disputes'), ('fx-gain', 'bank');
  CREATE TRIGGER flow_is_declared_by_migrations BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON accounting.flow
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.flow ENABLE ALWAYS TRIGGER flow_is_declared_by_migrations;

  -- Whether value may move from every role on the credit side to every role on the debit side.
  CREATE FUNCTION accounting.flows_are_declared(debits int, credits int) RETURNS boolean LANGUAGE sql STABLE
  RETURN coalesce(debits & ~(SELECT bit_or(debit_bit) FROM accounting.flow), 0) = 0
     AND NOT EXISTS (SELECT FROM accounting.flow WHERE debits & debit_bit <> 0
                      GROUP BY debit_bit HAVING credits & ~bit_or(credit_bit) <> 0);
`;

const TABLES = `
  CREATE TABLE accounting.account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    issuer_id uuid NOT NULL CONSTRAINT account_belongs_to_an_issuer REFERENCES platform.issuer (id),
    code text NOT NULL,
    name text NOT NULL,
    type text NOT NULL CHECK (type IN ('asset', 'liability', 'equity', 'income', 'expense')),
    -- What posting rules call the account; an account without a role is posted to by hand only.
    role text,
    -- The only currency the account takes; null takes every currency.
    currency char(3),
    -- Every posting names its document, so that the sub-ledger is a view of this account.
    by_document boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    flow_bit int NOT NULL GENERATED ALWAYS AS (accounting.flow_bit(role)) STORED,
    CONSTRAINT account_code_is_unique_per_issuer UNIQUE (issuer_id, code),
    CONSTRAINT account_role_is_unique_per_issuer UNIQUE (issuer_id, role)
  );

  -- An accounting month. It is named by its first day and its end follows from that, so that two periods of an issuer
  -- cannot overlap whatever is inserted.
  CREATE TABLE accounting.period (
    issuer_id uuid NOT NULL CONSTRAINT period_belongs_to_an_issuer REFERENCES platform.issuer (id),
    starts_on date NOT NULL,
    ends_on date NOT NULL GENERATED ALWAYS AS ((starts_on + interval '1 month')::date) STORED,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closing', 'closed')),
    PRIMARY KEY (issuer_id, starts_on),
    CONSTRAINT period_starts_with_its_month CHECK (extract(day FROM starts_on) = 1)
  );

  CREATE TABLE accounting.journal_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    issuer_id uuid NOT NULL,
    period_start date NOT NULL,
    -- The day it counts in the books.
    entry_date date NOT NULL,
    -- The day of the fact; earlier than entry_date when its own period was closed already.
    effective_on date NOT NULL,
    is_correction boolean NOT NULL GENERATED ALWAYS AS (effective_on < entry_date) STORED,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    source_type text NOT NULL,
    source_id text NOT NULL,
    -- SHA-256 of the fact, by which a repeated fact is told from a contradicting one.
    content_hash bytea NOT NULL,
    line_count int NOT NULL,
    -- The entry that this one takes back.
    reverses bigint,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT entry_is_not_dated_before_its_fact CHECK (effective_on <= entry_date),
    CONSTRAINT source_is_posted_once UNIQUE (issuer_id, source_type, source_id, kind)
  );
  CREATE UNIQUE INDEX entry_is_reversed_once ON accounting.journal_entry (reverses) WHERE reverses IS NOT NULL;
  -- The sealer asks for what came after the last sealed transaction.
  CREATE INDEX journal_entry_by_transaction ON accounting.journal_entry (tx);

  -- Debit is positive, credit negative. No foreign keys: the guard keeps the same rules for a fraction of the cost.
  CREATE TABLE accounting.posting (
    entry_id bigint NOT NULL,
    line_no int NOT NULL,
    account_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    functional_amount_minor bigint NOT NULL,
    entry_date date NOT NULL,
    currency char(3) NOT NULL,
    party_type text,
    party_id text,
    document_type text,
    document_id uuid,
    -- The tax that the line is the base of, or the tax itself: country, category and rate, 'PT S 23.00'.
    tax_code text CONSTRAINT posting_tax_is_country_category_and_rate CHECK (tax_code LIKE '__ _% _%.__'),
    -- What one unit of a foreign currency is worth on this line; null in functional currency.
    rate numeric,
    CONSTRAINT posting_pkey PRIMARY KEY (entry_id, line_no)
  );
  -- The order of an account's general ledger, so that any page of it is read from where the last one ended.
  CREATE INDEX posting_of_account ON accounting.posting (account_id, entry_date, entry_id) INCLUDE (amount_minor);
  CREATE INDEX posting_of_document ON accounting.posting (document_id) WHERE document_id IS NOT NULL;

  -- Totals per account and day, kept by the guard in the statement of the postings. Sixteen rows share the writes to a
  -- hot account; whoever reads adds them up.
  CREATE TABLE accounting.account_day (
    account_id bigint NOT NULL,
    currency char(3) NOT NULL,
    entry_date date NOT NULL,
    shard int NOT NULL,
    debit_minor bigint NOT NULL,
    credit_minor bigint NOT NULL,
    functional_debit_minor bigint NOT NULL,
    functional_credit_minor bigint NOT NULL,
    posting_count bigint NOT NULL,
    PRIMARY KEY (account_id, currency, entry_date, shard)
  ) WITH (fillfactor = 50);

  -- What each document in a foreign currency carries in both currencies, kept by the guard. Settling it reads and locks
  -- this row; a document in functional currency has none.
  CREATE TABLE accounting.foreign_item (
    account_id bigint NOT NULL,
    document_id uuid NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    functional_amount_minor bigint NOT NULL,
    first_entry_date date NOT NULL,
    last_entry_date date NOT NULL,
    CONSTRAINT foreign_item_pkey PRIMARY KEY (account_id, document_id, currency),
    CONSTRAINT settled_item_carries_nothing CHECK (amount_minor <> 0 OR functional_amount_minor = 0)
  ) WITH (fillfactor = 70);
  -- What month-end has to look at: what is open, and what was settled after it.
  CREATE INDEX foreign_item_open ON accounting.foreign_item (account_id, document_id) WHERE amount_minor <> 0;
  CREATE INDEX foreign_item_by_last_entry ON accounting.foreign_item (account_id, last_entry_date) WHERE amount_minor = 0;
`;

const PERIODS = `
  CREATE FUNCTION accounting.period_lock_key(issuer_id uuid, starts_on date) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN hashtextextended('accounting.period ' || issuer_id::text || ' ' || (starts_on - date '2000-01-01')::text, 0);

  -- Opens the months that are missing from p_from to the month of p_through; how many there were.
  CREATE FUNCTION accounting.ensure_periods(p_issuer uuid, p_from date, p_through date) RETURNS int LANGUAGE plpgsql AS $$
  DECLARE opened int;
  BEGIN
    INSERT INTO accounting.period (issuer_id, starts_on)
    SELECT p_issuer, month::date
      FROM generate_series(date_trunc('month', p_from::timestamp), p_through::timestamp, interval '1 month') AS month
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS opened = ROW_COUNT;
    RETURN opened;
  END $$;

  -- The period that each fact is posted into: that of its day, or the first open one after it. Null when there is none.
  -- A period that is being closed takes closing work only; what the business does meanwhile goes past it.
  CREATE FUNCTION accounting.posting_period(p_issuers uuid[], p_days date[], p_closing_work boolean[])
  RETURNS TABLE (issuer_id uuid, day date, closing_work boolean, period_start date) LANGUAGE sql STABLE AS $$
    SELECT fact.issuer_id, fact.day, fact.closing_work,
           CASE WHEN own.starts_on IS NULL THEN NULL
                WHEN own.state = 'open' OR (own.state = 'closing' AND fact.closing_work) THEN own.starts_on ELSE (
             SELECT min(later.starts_on) FROM accounting.period later
              WHERE later.issuer_id = fact.issuer_id AND later.starts_on > own.starts_on AND later.state = 'open') END
      FROM unnest(p_issuers, p_days, p_closing_work) AS fact(issuer_id, day, closing_work)
      LEFT JOIN accounting.period own
        ON own.issuer_id = fact.issuer_id AND own.starts_on = date_trunc('month', fact.day::timestamp)::date
  $$;

  -- Finds the posting periods and takes their shared locks, so that none of them can be closed before this transaction
  -- ends. A period may have closed between the look and the lock, so it looks again until it holds what it sees.
  -- Months that follow the last period are opened on the way, up to a year ahead; beyond that a day is a typing error.
  CREATE FUNCTION accounting.take_posting_periods(p_issuers uuid[], p_days date[], p_closing_work boolean[])
  RETURNS TABLE (issuer_id uuid, day date, closing_work boolean, period_start date) LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    held bigint[] := '{}';
    wanted bigint[];
  BEGIN
    PERFORM accounting.ensure_periods(last.issuer_id, last.ends_on, last.day)
       FROM (SELECT fact.issuer_id, max(fact.day) AS day, max(known.ends_on) AS ends_on
               FROM unnest(p_issuers, p_days) AS fact(issuer_id, day)
               JOIN LATERAL (SELECT ends_on FROM accounting.period
                              WHERE period.issuer_id = fact.issuer_id ORDER BY starts_on DESC LIMIT 1) known ON true
              WHERE fact.day < known.ends_on + interval '1 year'
              GROUP BY fact.issuer_id) last
      WHERE last.day >= last.ends_on;
    LOOP
      SELECT array_agg(key ORDER BY key) INTO wanted
        FROM (SELECT DISTINCT accounting.period_lock_key(issuer_id, period_start) AS key
                FROM accounting.posting_period(p_issuers, p_days, p_closing_work) WHERE period_start IS NOT NULL) AS keys
       WHERE key <> ALL (held);
      EXIT WHEN wanted IS NULL;
      PERFORM pg_advisory_xact_lock_shared(key) FROM unnest(wanted) AS key;
      held := held || wanted;
    END LOOP;
    RETURN QUERY SELECT * FROM accounting.posting_period(p_issuers, p_days, p_closing_work);
  END $$;

  -- Whoever changes the state of a period waits for those who post into it, and they for him, also from psql.
  CREATE FUNCTION accounting.lock_period_before_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF (NEW.issuer_id, NEW.starts_on) IS DISTINCT FROM (OLD.issuer_id, OLD.starts_on) THEN
      RAISE EXCEPTION 'a period keeps its issuer and its month'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'period_keeps_its_month';
    END IF;
    PERFORM pg_advisory_xact_lock(accounting.period_lock_key(OLD.issuer_id, OLD.starts_on));
    RETURN NEW;
  END $$;
  CREATE TRIGGER period_change_excludes_posting BEFORE UPDATE ON accounting.period
    FOR EACH ROW EXECUTE FUNCTION accounting.lock_period_before_change();
  ALTER TABLE accounting.period ENABLE ALWAYS TRIGGER period_change_excludes_posting;
`;

/** Keeps what the documents of sub-ledgers carry in foreign currency. */
export const FOREIGN_ITEMS = `      INSERT INTO accounting.foreign_item AS item
        (account_id, document_id, currency, amount_minor, functional_amount_minor, first_entry_date, last_entry_date)
      SELECT line.account_id, line.document_id, line.currency, sum(line.amount_minor), sum(line.functional_amount_minor),
             min(line.entry_date), max(line.entry_date)
        FROM new_posting line JOIN accounting.account ON account.id = line.account_id AND account.by_document
       WHERE line.rate IS NOT NULL
       GROUP BY line.account_id, line.document_id, line.currency
       ORDER BY line.account_id, line.document_id, line.currency
      ON CONFLICT (account_id, document_id, currency) DO UPDATE SET
        amount_minor = item.amount_minor + excluded.amount_minor,
        functional_amount_minor = item.functional_amount_minor + excluded.functional_amount_minor,
        first_entry_date = least(item.first_entry_date, excluded.first_entry_date),
        last_entry_date = greatest(item.last_entry_date, excluded.last_entry_date);`;

export const GUARD = `
  CREATE FUNCTION accounting.refuse(rule text, entry_id bigint) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'journal entry % is refused: %', entry_id, replace(rule, '_', ' ')
      USING ERRCODE = 'check_violation', CONSTRAINT = rule, SCHEMA = 'accounting', TABLE = 'posting';
  END $$;

  -- Checks the postings of one statement as a set and adds them to the day totals. It reads new rows, their entries,
  -- the chart and nothing else, so its cost grows with the statement and not with the ledger. The range on the entry
  -- ids, planned anew each time, keeps it on the index whatever size the tables had when the plan was first made.
  CREATE FUNCTION accounting.guard_postings() RETURNS trigger LANGUAGE plpgsql
  SET work_mem = '64MB' SET plan_cache_mode = force_custom_plan SET enable_nestloop = on AS $$
  DECLARE
    first_entry bigint;
    last_entry bigint;
    new_lines bigint;
    broken record;
  BEGIN
    SELECT min(entry_id), max(entry_id), count(*) INTO first_entry, last_entry, new_lines FROM new_posting;
    IF first_entry IS NULL THEN RETURN NULL; END IF;
    -- How many entries lie in a range nobody can tell before the table was analysed, and the joins of thousands of lines
    -- must not be planned for a few. Until this function returns.
    IF new_lines > 500 THEN PERFORM set_config('enable_nestloop', 'off', true); END IF;

    SELECT rule, checked.entry_id INTO broken FROM (
      SELECT whole.entry_id, CASE
          WHEN entry.id IS NULL THEN 'posting_belongs_to_an_entry'
          WHEN entry.tx <> pg_current_xact_id() THEN 'posting_comes_with_its_entry'
          WHEN whole.line_count <> entry.line_count OR whole.first_line <> 1 OR whole.last_line <> entry.line_count
            THEN 'entry_comes_whole_in_one_statement'
          WHEN whole.first_date <> entry.entry_date OR whole.last_date <> entry.entry_date
            THEN 'posting_has_the_date_of_its_entry'
          WHEN whole.unbalanced_currencies > 0 THEN 'entry_balances_per_currency'
          WHEN whole.functional <> 0 THEN 'entry_balances_in_functional_currency'
        END AS rule
      FROM (SELECT entry_id, sum(line_count) AS line_count, min(first_line) AS first_line, max(last_line) AS last_line,
                   min(first_date) AS first_date, max(last_date) AS last_date,
                   count(*) FILTER (WHERE amount <> 0) AS unbalanced_currencies, sum(functional) AS functional
              FROM (SELECT entry_id, count(*) AS line_count, min(line_no) AS first_line, max(line_no) AS last_line,
                           min(entry_date) AS first_date, max(entry_date) AS last_date,
                           sum(amount_minor) AS amount, sum(functional_amount_minor) AS functional
                      FROM new_posting GROUP BY entry_id, currency) AS per_currency
             GROUP BY entry_id) AS whole
      LEFT JOIN accounting.journal_entry entry
        ON entry.id = whole.entry_id AND entry.id BETWEEN first_entry AND last_entry
    ) AS checked WHERE rule IS NOT NULL ORDER BY checked.entry_id LIMIT 1;
    IF FOUND THEN PERFORM accounting.refuse(broken.rule, broken.entry_id); END IF;

    SELECT rule, checked.entry_id INTO broken FROM (
      SELECT line.entry_id, CASE
          WHEN account.id IS NULL OR account.issuer_id <> entry.issuer_id THEN 'posting_has_an_account_of_its_issuer'
          WHEN NOT account.active THEN 'posting_account_is_active'
          WHEN account.currency <> line.currency THEN 'posting_has_the_currency_of_its_account'
          WHEN line.amount_minor = 0 AND line.functional_amount_minor = 0 THEN 'posting_is_not_zero'
          -- A line of nothing but functional currency is an exchange difference; any other keeps its side in both.
          WHEN line.amount_minor <> 0 AND CASE WHEN line.currency = issuer.functional_currency
                 THEN line.functional_amount_minor <> line.amount_minor
                 ELSE sign(line.functional_amount_minor) = -sign(line.amount_minor) END
            THEN 'posting_has_one_value_in_both_currencies'
          WHEN (line.rate IS NULL) <> (line.currency = issuer.functional_currency) THEN 'posting_has_a_rate_in_foreign_currency'
          WHEN (line.party_type IS NULL) <> (line.party_id IS NULL) THEN 'posting_party_is_whole'
          WHEN (line.document_type IS NULL) <> (line.document_id IS NULL) THEN 'posting_document_is_whole'
          WHEN account.by_document AND line.document_id IS NULL THEN 'posting_of_a_sub_ledger_has_its_document'
        END AS rule
      FROM new_posting line
      JOIN accounting.journal_entry entry ON entry.id = line.entry_id AND entry.id BETWEEN first_entry AND last_entry
      LEFT JOIN accounting.account account ON account.id = line.account_id
      LEFT JOIN platform.issuer issuer ON issuer.id = entry.issuer_id
    ) AS checked WHERE rule IS NOT NULL ORDER BY checked.entry_id LIMIT 1;
    IF FOUND THEN PERFORM accounting.refuse(broken.rule, broken.entry_id); END IF;

    -- Each role counts with the side that is left over. The sides of an entry are two numbers, of which any number of
    -- entries has a handful of pairs; only when one of them is not declared is it asked which entry it is.
    IF EXISTS (
      WITH sides AS MATERIALIZED (
        SELECT DISTINCT bit_or(bit) FILTER (WHERE net > 0) AS debits, bit_or(bit) FILTER (WHERE net < 0) AS credits
          FROM (SELECT line.entry_id, account.flow_bit AS bit, sum(line.functional_amount_minor) AS net
                  FROM new_posting line JOIN accounting.account ON account.id = line.account_id
                 GROUP BY line.entry_id, account.flow_bit) AS side
         GROUP BY entry_id)
      SELECT FROM sides WHERE NOT accounting.flows_are_declared(debits, credits)) THEN
      SELECT side.entry_id INTO broken
        FROM (SELECT line.entry_id, account.flow_bit AS bit, sum(line.functional_amount_minor) AS net
                FROM new_posting line JOIN accounting.account ON account.id = line.account_id
               GROUP BY line.entry_id, account.flow_bit) AS side
        JOIN accounting.journal_entry entry ON entry.id = side.entry_id
       WHERE entry.kind NOT IN ('manual-entry', 'reversal')
       GROUP BY side.entry_id
      HAVING NOT accounting.flows_are_declared(bit_or(bit) FILTER (WHERE net > 0), bit_or(bit) FILTER (WHERE net < 0))
       ORDER BY side.entry_id LIMIT 1;
      IF FOUND THEN PERFORM accounting.refuse('entry_flows_are_declared', broken.entry_id); END IF;
    END IF;

    -- One row per account, currency and day, in key order, so that two writers never wait for each other in a circle.
    -- The shard follows the transaction: a second statement of this transaction meets its own rows, not another's.
    INSERT INTO accounting.account_day AS total
      (account_id, currency, entry_date, shard, debit_minor, credit_minor, functional_debit_minor, functional_credit_minor, posting_count)
    SELECT account_id, currency, entry_date, (pg_current_xact_id()::text::bigint % 16)::int,
           coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0),
           coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0),
           coalesce(sum(functional_amount_minor) FILTER (WHERE functional_amount_minor > 0), 0),
           coalesce(-sum(functional_amount_minor) FILTER (WHERE functional_amount_minor < 0), 0),
           count(*)
      FROM new_posting
     GROUP BY account_id, currency, entry_date
     ORDER BY account_id, currency, entry_date
    ON CONFLICT (account_id, currency, entry_date, shard) DO UPDATE SET
      debit_minor = total.debit_minor + excluded.debit_minor,
      credit_minor = total.credit_minor + excluded.credit_minor,
      functional_debit_minor = total.functional_debit_minor + excluded.functional_debit_minor,
      functional_credit_minor = total.functional_credit_minor + excluded.functional_credit_minor,
      posting_count = total.posting_count + excluded.posting_count;

    -- Only lines in a foreign currency have a rate; most statements have none.
    IF EXISTS (SELECT FROM new_posting WHERE rate IS NOT NULL) THEN
${FOREIGN_ITEMS}
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER posting_is_guarded AFTER INSERT ON accounting.posting
    REFERENCING NEW TABLE AS new_posting FOR EACH STATEMENT EXECUTE FUNCTION accounting.guard_postings();
  ALTER TABLE accounting.posting ENABLE ALWAYS TRIGGER posting_is_guarded;
`;

export const SEAL = `
  -- At the end of the statement that makes an entry its last line must be there, so an entry without its postings never
  -- exists, not even inside a transaction; and its period must be open and stay open until this transaction ends.
  CREATE FUNCTION accounting.seal_entries() RETURNS trigger LANGUAGE plpgsql
  SET work_mem = '64MB' SET plan_cache_mode = force_custom_plan AS $$
  DECLARE
    first_entry bigint;
    last_entry bigint;
    broken record;
  BEGIN
    SELECT min(id), max(id) INTO first_entry, last_entry FROM new_entry;
    IF first_entry IS NULL THEN RETURN NULL; END IF;
    -- On an older snapshot the period would look open after its close was waited for.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      PERFORM accounting.refuse('ledger_is_written_in_read_committed', first_entry);
    END IF;

    -- The lock is taken in one statement and the state read in the next: waiting does not refresh a snapshot.
    PERFORM pg_advisory_xact_lock_shared(key)
       FROM (SELECT DISTINCT accounting.period_lock_key(issuer_id, period_start) AS key FROM new_entry ORDER BY key) AS keys;

    SELECT rule, checked.id INTO broken FROM (
      SELECT entry.id, CASE
          WHEN entry.tx <> pg_current_xact_id() THEN 'entry_carries_the_stamp_of_its_transaction'
          WHEN entry.recorded_at <> now() THEN 'entry_is_recorded_now'
          WHEN period.issuer_id IS NULL THEN 'entry_has_a_period'
          WHEN period.state = 'closed' THEN 'entry_period_is_not_closed'
          WHEN entry.entry_date < period.starts_on OR entry.entry_date >= period.ends_on THEN 'entry_date_lies_in_its_period'
          WHEN entry.line_count < 2 OR last_line.entry_id IS NULL THEN 'entry_has_its_postings'
        END AS rule
      FROM new_entry entry
      LEFT JOIN accounting.period ON period.issuer_id = entry.issuer_id AND period.starts_on = entry.period_start
      LEFT JOIN accounting.posting last_line
        ON last_line.entry_id = entry.id AND last_line.line_no = entry.line_count
       AND last_line.entry_id BETWEEN first_entry AND last_entry
    ) AS checked WHERE rule IS NOT NULL ORDER BY checked.id LIMIT 1;
    IF FOUND THEN PERFORM accounting.refuse(broken.rule, broken.id); END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER entry_is_sealed AFTER INSERT ON accounting.journal_entry
    REFERENCING NEW TABLE AS new_entry FOR EACH STATEMENT EXECUTE FUNCTION accounting.seal_entries();
  ALTER TABLE accounting.journal_entry ENABLE ALWAYS TRIGGER entry_is_sealed;
`;

const IMMUTABILITY = `
  CREATE TRIGGER journal_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounting.journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.journal_entry ENABLE ALWAYS TRIGGER journal_entry_is_append_only;
  CREATE TRIGGER posting_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounting.posting
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.posting ENABLE ALWAYS TRIGGER posting_is_append_only;

  CREATE TRIGGER period_is_kept BEFORE DELETE OR TRUNCATE ON accounting.period
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.period ENABLE ALWAYS TRIGGER period_is_kept;

  CREATE TRIGGER account_is_kept BEFORE DELETE OR TRUNCATE ON accounting.account
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.account ENABLE ALWAYS TRIGGER account_is_kept;
  -- What postings were checked against stays as it was; an account can be renamed, and closed by active = false.
  CREATE TRIGGER account_keeps_its_meaning BEFORE UPDATE ON accounting.account FOR EACH ROW
    WHEN ((NEW.id, NEW.issuer_id, NEW.type, NEW.role, NEW.currency, NEW.by_document)
          IS DISTINCT FROM (OLD.id, OLD.issuer_id, OLD.type, OLD.role, OLD.currency, OLD.by_document))
    EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.account ENABLE ALWAYS TRIGGER account_keeps_its_meaning;

  -- Day totals are written by the guard alone.
  CREATE TRIGGER account_day_is_kept_by_the_guard BEFORE INSERT OR UPDATE OR DELETE ON accounting.account_day
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.account_day ENABLE ALWAYS TRIGGER account_day_is_kept_by_the_guard;
  CREATE TRIGGER account_day_is_kept BEFORE TRUNCATE ON accounting.account_day
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.account_day ENABLE ALWAYS TRIGGER account_day_is_kept;

  -- Foreign items are written by the guard alone; nothing but an empty one may be put there to be locked.
  CREATE FUNCTION accounting.refuse_invented_items() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF pg_trigger_depth() = 1 AND EXISTS (SELECT FROM new_item WHERE amount_minor <> 0 OR functional_amount_minor <> 0) THEN
      RAISE EXCEPTION 'foreign items are kept by the guard' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'foreign_item_is_kept_by_the_guard';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER foreign_item_begins_empty AFTER INSERT ON accounting.foreign_item
    REFERENCING NEW TABLE AS new_item FOR EACH STATEMENT EXECUTE FUNCTION accounting.refuse_invented_items();
  ALTER TABLE accounting.foreign_item ENABLE ALWAYS TRIGGER foreign_item_begins_empty;
  CREATE TRIGGER foreign_item_is_kept_by_the_guard BEFORE UPDATE OR DELETE ON accounting.foreign_item
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.foreign_item ENABLE ALWAYS TRIGGER foreign_item_is_kept_by_the_guard;
  CREATE TRIGGER foreign_item_is_kept BEFORE TRUNCATE ON accounting.foreign_item
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.foreign_item ENABLE ALWAYS TRIGGER foreign_item_is_kept;
`;

export const POSTING = `
  -- Writes entries and their postings in one statement. Entries are numbered by their place in the arrays, from 1, and
  -- lines name that number. A source that is posted already with the same content is left as it is; with another
  -- content it is an error. Ids are drawn first, because lines need them before the entry says whether it was new.
  -- An entry that takes another one of the same call back names it by its number.
  CREATE FUNCTION accounting.post_entries(
    issuer_ids uuid[], period_starts date[], entry_dates date[], effective_ons date[], kinds text[],
    source_types text[], source_ids text[], content_hashes bytea[], line_counts int[],
    entry_nos int[], line_nos int[], account_ids bigint[], currencies text[], amounts bigint[], functional_amounts bigint[],
    party_types text[], party_ids text[], document_types text[], document_ids uuid[], tax_codes text[], rates numeric[],
    reversed_nos int[])
  RETURNS TABLE (entry_no int, entry_id bigint, is_new boolean) LANGUAGE plpgsql
  SET work_mem = '64MB' AS $$
  #variable_conflict use_column
  DECLARE
    ids bigint[];
    inserted bigint[];
    contradicted record;
  BEGIN
    SELECT array_agg(nextval('accounting.journal_entry_id_seq') ORDER BY no) INTO ids
      FROM generate_series(1, cardinality(source_ids)) AS no;

    WITH given AS (
      SELECT * FROM unnest(ids, issuer_ids, period_starts, entry_dates, effective_ons, kinds, source_types, source_ids, content_hashes, line_counts, reversed_nos)
        AS t(id, issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, line_count, reversed_no)
    ), new_entry AS (
      INSERT INTO accounting.journal_entry
        (id, issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, line_count, reverses)
      OVERRIDING SYSTEM VALUE
      SELECT id, issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, line_count, ids[reversed_no] FROM given
      ON CONFLICT ON CONSTRAINT source_is_posted_once DO NOTHING
      RETURNING id, entry_date
    ), new_line AS (
      INSERT INTO accounting.posting
        (entry_id, line_no, account_id, currency, amount_minor, functional_amount_minor, entry_date,
         party_type, party_id, document_type, document_id, tax_code, rate)
      SELECT entry.id, line.no, line.account_id, line.currency, line.amount, line.functional_amount, entry.entry_date,
             line.party_type, line.party_id, line.document_type, line.document_id, line.tax_code, line.rate
        FROM unnest(entry_nos, line_nos, account_ids, currencies, amounts, functional_amounts, party_types, party_ids, document_types, document_ids, tax_codes, rates)
          AS line(entry_no, no, account_id, currency, amount, functional_amount, party_type, party_id, document_type, document_id, tax_code, rate)
        JOIN new_entry entry ON entry.id = ids[line.entry_no]
    )
    SELECT coalesce(array_agg(id), '{}') INTO inserted FROM new_entry;

    IF cardinality(inserted) = cardinality(ids) THEN
      RETURN QUERY SELECT no::int, id, true FROM unnest(ids) WITH ORDINALITY AS t(id, no);
      RETURN;
    END IF;

    -- A new statement, so that it sees what a concurrent poster of the same source has committed meanwhile.
    SELECT posted.id, posted.kind, posted.source_type, posted.source_id INTO contradicted
      FROM unnest(issuer_ids, source_types, source_ids, kinds, content_hashes) AS given(issuer_id, source_type, source_id, kind, content_hash)
      JOIN accounting.journal_entry posted USING (issuer_id, source_type, source_id, kind)
     WHERE posted.content_hash <> given.content_hash ORDER BY posted.id LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION '% of % % is posted already with another content, in entry %',
          contradicted.kind, contradicted.source_type, contradicted.source_id, contradicted.id
        USING ERRCODE = 'unique_violation', CONSTRAINT = 'source_is_posted_with_one_content',
              SCHEMA = 'accounting', TABLE = 'journal_entry', DETAIL = contradicted.source_type || ' ' || contradicted.source_id;
    END IF;
    RETURN QUERY
      SELECT given.no::int, posted.id, posted.id = ANY (inserted)
        FROM unnest(issuer_ids, source_types, source_ids, kinds) WITH ORDINALITY AS given(issuer_id, source_type, source_id, kind, no)
        JOIN accounting.journal_entry posted USING (issuer_id, source_type, source_id, kind)
       ORDER BY given.no;
  END $$;
`;

const VIEWS = `
  -- Balance of each account and currency, from the day totals; debit positive.
  CREATE VIEW accounting.account_balance AS
    SELECT account.issuer_id, account.role AS account_role, account.id AS account_id, account.code, day.currency,
           sum(day.debit_minor - day.credit_minor)::bigint AS balance_minor,
           sum(day.functional_debit_minor - day.functional_credit_minor)::bigint AS functional_balance_minor
      FROM accounting.account_day day JOIN accounting.account ON account.id = day.account_id
     GROUP BY account.id, day.currency;

  -- The sub-ledgers: balance of each party and document, from the postings; debit positive. Settled documents show 0.
  CREATE VIEW accounting.account_balance_by_document AS
    SELECT account.issuer_id, account.role AS account_role, posting.currency, posting.party_type, posting.party_id,
           posting.document_type, posting.document_id,
           sum(posting.amount_minor)::bigint AS balance_minor,
           sum(posting.functional_amount_minor)::bigint AS functional_balance_minor
      FROM accounting.posting JOIN accounting.account ON account.id = posting.account_id
     WHERE account.by_document
     GROUP BY account.issuer_id, account.role, posting.currency, posting.party_type, posting.party_id,
              posting.document_type, posting.document_id;

  -- What was posted for a document under each kind of fact, per account role; debit positive.
  CREATE VIEW accounting.posted_by_source AS
    SELECT entry.issuer_id, entry.source_type, entry.source_id, entry.kind, entry.id AS entry_id,
           account.role AS account_role, posting.currency, posting.amount_minor
      FROM accounting.journal_entry entry
      JOIN accounting.posting ON posting.entry_id = entry.id
      JOIN accounting.account ON account.id = posting.account_id;

  -- Value added tax as the ledger has it: by issuer, day, tax and currency; what is owed is positive. The base stands
  -- on deferred revenue and revenue, the tax on VAT payable.
  CREATE VIEW accounting.vat_by_day AS
    SELECT account.issuer_id, posting.entry_date, split_part(posting.tax_code, ' ', 1) AS country,
           split_part(posting.tax_code, ' ', 2) AS category, split_part(posting.tax_code, ' ', 3)::numeric AS rate, posting.currency,
           coalesce(-sum(posting.amount_minor) FILTER (WHERE account.role <> 'vat-payable'), 0)::bigint AS base_minor,
           coalesce(-sum(posting.amount_minor) FILTER (WHERE account.role = 'vat-payable'), 0)::bigint AS tax_minor,
           coalesce(-sum(posting.functional_amount_minor) FILTER (WHERE account.role <> 'vat-payable'), 0)::bigint AS functional_base_minor,
           coalesce(-sum(posting.functional_amount_minor) FILTER (WHERE account.role = 'vat-payable'), 0)::bigint AS functional_tax_minor
      FROM accounting.account JOIN accounting.posting ON posting.account_id = account.id
     WHERE account.role IN ('vat-payable', 'deferred-revenue', 'revenue') AND posting.tax_code IS NOT NULL
     GROUP BY account.issuer_id, posting.entry_date, posting.tax_code, posting.currency;
`;
