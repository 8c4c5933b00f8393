// The guards of the ledger with the same rules in fewer passes: each line is looked at once, by a plan that is made once for few rows.
import { MigrationInterface, QueryRunner } from 'typeorm';
import { FOREIGN_ITEMS, GUARD, POSTING, SEAL } from './1780100000001-ledger';

export class GuardsInOnePass1780100000053 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [PLANS, GUARD_IN_ONE_PASS, SEAL_BY_FIRST_LINE, POSTING_WITHOUT_A_JOIN]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION accounting.guard_postings() CASCADE;
      DROP FUNCTION accounting.seal_entries() CASCADE;
      DROP FUNCTION accounting.refuse(text, bigint);
      DROP FUNCTION accounting.post_entries;
      DROP FUNCTION accounting.plan_for_many();`);
    for (const sql of [GUARD, SEAL, POSTING]) await runner.query(sql);
    await runner.query('ALTER FUNCTION accounting.post_entries SECURITY DEFINER SET search_path = pg_catalog, pg_temp');
  }
}

/**
 * A few rows are looked up by their keys, with a plan that is made once and cannot depend on the size that the tables
 * had at that moment, because nothing but the indexes is left to it.
 */
export const PLANNED_FOR_FEW = `SET work_mem = '64MB' SET plan_cache_mode = force_generic_plan SET enable_nestloop = on
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off`;

const PLANS = `
  -- For thousands of rows planning costs nothing beside the joins, which must not be planned for a few: how many entries
  -- lie in a range nobody can tell before the table was analysed. Holds until the guard that calls this returns.
  CREATE FUNCTION accounting.plan_for_many() RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_nestloop', 'off', true),
            set_config('enable_hashjoin', 'on', true), set_config('enable_seqscan', 'on', true);
  END $$;
`;

export const GUARD_IN_ONE_PASS = `
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

    -- Where nothing has a rate, everything is in functional currency or is refused for it, and one sum says it all.
    IF any_foreign THEN
      SELECT entry_id INTO broken FROM new_posting GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0 ORDER BY entry_id LIMIT 1;
      IF FOUND THEN PERFORM accounting.refuse('entry_balances_per_currency', broken.entry_id); END IF;
    END IF;

    -- An entry whose accounts are of several issuers falls into several groups here, and the one that does not fit is
    -- named. The sides of an entry are two numbers, of which any number of entries has a handful of pairs, so that flows
    -- are looked up a few times for all of them.
    WITH verdict AS MATERIALIZED (
      SELECT rule, debits, credits, min(entry_id) AS entry_id FROM (
        SELECT whole.entry_id, debits, credits, CASE
            WHEN entry.id IS NULL THEN 'posting_belongs_to_an_entry'
            WHEN entry.tx <> pg_current_xact_id() THEN 'posting_comes_with_its_entry'
            WHEN entry.issuer_id IS DISTINCT FROM whole.issuer_id THEN 'posting_has_an_account_of_its_issuer'
            WHEN whole.line_count <> entry.line_count OR whole.first_line <> 1 OR whole.last_line <> entry.line_count
              THEN 'entry_comes_whole_in_one_statement'
            WHEN whole.first_date <> entry.entry_date OR whole.last_date <> entry.entry_date
              THEN 'posting_has_the_date_of_its_entry'
            WHEN whole.amount <> 0 AND NOT any_foreign THEN 'entry_balances_per_currency'
            WHEN whole.functional <> 0 THEN 'entry_balances_in_functional_currency'
            ELSE whole.line_rule
          END AS rule
        FROM (
          SELECT line.entry_id, account.issuer_id, count(*) AS line_count, min(line.line_no) AS first_line, max(line.line_no) AS last_line,
                 min(line.entry_date) AS first_date, max(line.entry_date) AS last_date,
                 sum(line.amount_minor) AS amount, sum(line.functional_amount_minor) AS functional,
                 coalesce(bit_or(account.flow_bit) FILTER (WHERE line.functional_amount_minor > 0), 0) AS debits,
                 coalesce(bit_or(account.flow_bit) FILTER (WHERE line.functional_amount_minor < 0), 0) AS credits,
                 min(CASE
                   WHEN line.entry_date < account.active_from OR line.entry_date >= account.active_until THEN 'posting_account_is_active'
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
                 END) AS line_rule
            FROM new_posting line
            LEFT JOIN (accounting.account JOIN platform.issuer ON issuer.id = account.issuer_id) ON account.id = line.account_id
           GROUP BY line.entry_id, account.issuer_id) AS whole
        LEFT JOIN accounting.journal_entry entry
          ON entry.id = whole.entry_id AND entry.id BETWEEN first_entry AND last_entry
      ) AS checked GROUP BY rule, debits, credits)
    SELECT rule, entry_id INTO broken FROM verdict
     -- What flows_are_declared asks, in one go and without a call that costs more than the answer: are those roles, against
     -- which all of the credits may stand, all of the debits?
     WHERE rule IS NOT NULL OR debits & credits <> 0 OR debits IS DISTINCT FROM (
       SELECT bit_or(debit_bit) FROM (
         SELECT debit_bit FROM accounting.flow WHERE debits & debit_bit <> 0 GROUP BY debit_bit HAVING credits & ~bit_or(credit_bit) = 0) AS fitting)
     ORDER BY rule IS NULL, entry_id, rule <> 'posting_has_an_account_of_its_issuer' LIMIT 1;
    IF FOUND AND broken.rule IS NOT NULL THEN PERFORM accounting.refuse(broken.rule, broken.entry_id); END IF;

    -- Each role counts with the side that is left over: where one stands on both sides, it has to be summed first. Only
    -- what two persons have approved may go another way than is declared.
    IF FOUND AND EXISTS (
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
       WHERE NOT EXISTS (SELECT FROM accounting.manual_entry manual WHERE manual.entry_id = side.entry_id AND manual.state = 'approved')
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

    IF any_foreign THEN
${FOREIGN_ITEMS}
    END IF;
    RETURN NULL;
  END $$;
`;

export const SEAL_BY_FIRST_LINE = `
  -- At the end of the statement that makes an entry its first line must be there, and with one line the guard of postings
  -- demands all of them; so an entry without its postings never exists, not even inside a transaction. And its period
  -- must be open and stay open until this transaction ends.
  CREATE OR REPLACE FUNCTION accounting.seal_entries() RETURNS trigger LANGUAGE plpgsql ${PLANNED_FOR_FEW} AS $$
  DECLARE
    first_entry bigint;
    last_entry bigint;
    new_entries bigint;
    broken record;
  BEGIN
    SELECT min(id), max(id), count(*) INTO first_entry, last_entry, new_entries FROM new_entry;
    IF first_entry IS NULL THEN RETURN NULL; END IF;
    IF new_entries > 100 THEN PERFORM accounting.plan_for_many(); END IF;
    -- On an older snapshot the period would look open after its close was waited for.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      PERFORM accounting.refuse('ledger_is_written_in_read_committed', first_entry);
    END IF;

    -- The lock is taken in one statement and the state read in the next: waiting does not refresh a snapshot.
    PERFORM pg_advisory_xact_lock_shared(key)
       FROM (SELECT accounting.period_lock_key(issuer_id, period_start) AS key
               FROM (SELECT DISTINCT issuer_id, period_start FROM new_entry) AS months ORDER BY key) AS keys;

    SELECT rule, checked.id INTO broken FROM (
      SELECT entry.id, CASE
          WHEN entry.tx <> pg_current_xact_id() THEN 'entry_carries_the_stamp_of_its_transaction'
          WHEN entry.recorded_at <> now() THEN 'entry_is_recorded_now'
          WHEN period.issuer_id IS NULL THEN 'entry_has_a_period'
          WHEN period.state = 'closed' THEN 'entry_period_is_not_closed'
          WHEN entry.entry_date < period.starts_on OR entry.entry_date >= period.ends_on THEN 'entry_date_lies_in_its_period'
          WHEN entry.line_count < 2 OR first_line.entry_id IS NULL THEN 'entry_has_its_postings'
        END AS rule
      FROM new_entry entry
      LEFT JOIN accounting.period ON period.issuer_id = entry.issuer_id AND period.starts_on = entry.period_start
      LEFT JOIN accounting.posting first_line
        ON first_line.entry_id = entry.id AND first_line.line_no = 1
       AND first_line.entry_id BETWEEN first_entry AND last_entry
    ) AS checked WHERE rule IS NOT NULL ORDER BY checked.id LIMIT 1;
    IF FOUND THEN PERFORM accounting.refuse(broken.rule, broken.id); END IF;
    RETURN NULL;
  END $$;
`;

export const POSTING_WITHOUT_A_JOIN = `
  -- Writes entries and their postings in one statement. Entries are numbered by their place in the arrays, from 1, and
  -- lines name that number. A source that is posted already with the same content is left as it is; with another
  -- content it is an error. Ids are drawn first, because lines need them before the entry says whether it was new.
  -- An entry that takes another one of the same call back names it by its number. Planned once for all sizes, because
  -- there is nothing to choose: a plan of its own would copy the arrays. Each unnest stands in a select list, where it
  -- hands on one value after the other; in FROM it would write all of them into a store first.
  CREATE OR REPLACE FUNCTION accounting.post_entries(
    issuer_ids uuid[], period_starts date[], entry_dates date[], effective_ons date[], kinds text[],
    source_types text[], source_ids text[], content_hashes bytea[], line_counts int[],
    entry_nos int[], line_nos int[], account_ids bigint[], currencies text[], amounts bigint[], functional_amounts bigint[],
    party_types text[], party_ids text[], document_types text[], document_ids uuid[], tax_codes text[], rates numeric[],
    reversed_nos int[])
  RETURNS TABLE (entry_no int, entry_id bigint, is_new boolean) LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET plan_cache_mode = force_generic_plan AS $$
  #variable_conflict use_column
  DECLARE
    ids bigint[];
    inserted bigint[];
    contradicted record;
  BEGIN
    FOR place IN 1 .. cardinality(source_ids) LOOP ids[place] := nextval('accounting.journal_entry_id_seq'); END LOOP;

    WITH new_entry AS (
      INSERT INTO accounting.journal_entry
        (id, issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, line_count, reverses)
      OVERRIDING SYSTEM VALUE
      SELECT id, issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, line_count, ids[reversed_no]
        FROM (SELECT unnest(ids) AS id, unnest(issuer_ids) AS issuer_id, unnest(period_starts) AS period_start, unnest(entry_dates) AS entry_date,
                     unnest(effective_ons) AS effective_on, unnest(kinds) AS kind, unnest(source_types) AS source_type, unnest(source_ids) AS source_id,
                     unnest(content_hashes) AS content_hash, unnest(line_counts) AS line_count, unnest(reversed_nos) AS reversed_no) AS given
      ON CONFLICT ON CONSTRAINT source_is_posted_once DO NOTHING
      RETURNING id
    ), new_line AS (
      INSERT INTO accounting.posting
        (entry_id, line_no, account_id, currency, amount_minor, functional_amount_minor, entry_date,
         party_type, party_id, document_type, document_id, tax_code, rate)
      SELECT ids[line.entry_no], line.no, line.account_id, line.currency, line.amount, line.functional_amount, entry_dates[line.entry_no],
             line.party_type, line.party_id, line.document_type, line.document_id, line.tax_code, line.rate
        FROM (SELECT unnest(entry_nos) AS entry_no, unnest(line_nos) AS no, unnest(account_ids) AS account_id, unnest(currencies) AS currency,
                     unnest(amounts) AS amount, unnest(functional_amounts) AS functional_amount, unnest(party_types) AS party_type,
                     unnest(party_ids) AS party_id, unnest(document_types) AS document_type, unnest(document_ids) AS document_id,
                     unnest(tax_codes) AS tax_code, unnest(rates) AS rate) AS line
       -- Counted once; only when a source was posted before are the lines asked one by one.
       WHERE (SELECT count(*) FROM new_entry) = cardinality(ids) OR ids[line.entry_no] IN (SELECT id FROM new_entry)
    )
    SELECT coalesce(array_agg(id), '{}') INTO inserted FROM new_entry;

    IF cardinality(inserted) = cardinality(ids) THEN
      is_new := true;
      FOR place IN 1 .. cardinality(ids) LOOP
        entry_no := place;
        entry_id := ids[place];
        RETURN NEXT;
      END LOOP;
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
