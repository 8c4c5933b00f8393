// Posting writes and looks at nothing that was there before: a source that is in the books already is found before the entries are made,
// and of two who post the same at one moment the unique key refuses one. The guard of one entry does not sort it out of many, and the
// postings of a party are found in a smaller index.
import { MigrationInterface, QueryRunner } from 'typeorm';
import { FOREIGN_ITEMS } from './1780100000001-ledger';
import { PLANNED_FOR_FEW } from './1780100000053-guards-in-one-pass';
import { NEW_ENTRIES, NEW_LINES, POSTED_ARRAYS, POSTING_OF_EITHER_KIND } from './1780100000061-hashed-by-who-posts';
import { guardPostings, LINE_RULE, NEW_ENTRY_RULES, SEAL as SEAL_OF_ONE_KEY, undeclaredFlows } from './1780100000062-guards-for-one-invoice';
import { FEW_LINES, TOTALS_OF_MANY } from './1780100000063-totals-of-few-lines-later';

export class PostsNewEntriesOnly1780100000071 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION accounting.post_entries');
    for (const sql of [correction('VIRTUAL'), PARTIES, WAITING, SOURCES, POSTING, GUARD, SEAL]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION accounting.post_entries, accounting.entries_of_sources');
    for (const sql of [correction('STORED'), PARTIES_BY_DAY, WAITING_BY_CONDITION, POSTING_OF_EITHER_KIND, guardPostings(TOTALS_OF_MANY), SEAL_OF_ONE_KEY]) await runner.query(sql);
  }
}

/** Nobody looks for it, so it costs nothing to write when it is computed where it is read. */
const correction = (kind: 'STORED' | 'VIRTUAL'): string => `
  ALTER TABLE accounting.journal_entry DROP COLUMN is_correction,
    ADD COLUMN is_correction boolean NOT NULL GENERATED ALWAYS AS (effective_on < entry_date) ${kind};
`;

const PARTIES = `
  -- The ledger of a party in the order of days: statements, and what is open of it since a close. By a hash of the party, because
  -- an id as text makes the index four times as large and more than twice as dear to write; whoever asks names hash and party.
  DROP INDEX accounting.posting_of_party;
  CREATE INDEX posting_of_party ON accounting.posting (hashtext(party_id), entry_date) WHERE party_id IS NOT NULL;

  -- open_item_as_of of one party, whose postings since the last close are taken by its index alone: asked for a party, the other
  -- one may read all that its account took meanwhile, because the planner cannot tell how much that is.
  CREATE FUNCTION accounting.open_item_of_party(p_issuer uuid, p_party text, p_day date)
  RETURNS TABLE (account_id bigint, party_type text, document_id uuid, document_type text, currency char(3),
                 amount_minor bigint, functional_amount_minor bigint) LANGUAGE sql STABLE AS $$
    WITH closed AS MATERIALIZED (
      SELECT max(ends_on) AS ends_on FROM accounting.period WHERE issuer_id = p_issuer AND state = 'closed' AND ends_on <= p_day + 1
    ), line AS MATERIALIZED (
      SELECT account_id, party_type, document_id, document_type, currency, amount_minor, functional_amount_minor
        FROM accounting.posting
       WHERE hashtext(party_id) = hashtext(p_party) AND party_id = p_party
         AND entry_date <= p_day AND entry_date >= coalesce((SELECT ends_on FROM closed), '-infinity')
    )
    SELECT part.account_id, part.party_type, part.document_id, part.document_type, part.currency,
           sum(part.amount_minor)::bigint, sum(part.functional_amount_minor)::bigint
      FROM (SELECT fixed.account_id, fixed.party_type, fixed.document_id, fixed.document_type, fixed.currency, fixed.amount_minor, fixed.functional_amount_minor
              FROM accounting.account JOIN accounting.period_open_item fixed ON fixed.account_id = account.id
             WHERE account.issuer_id = p_issuer AND account.by_document
               AND fixed.ends_on = (SELECT ends_on FROM closed) AND fixed.party_id = p_party
            UNION ALL
            SELECT line.account_id, line.party_type, line.document_id, line.document_type, line.currency, line.amount_minor, line.functional_amount_minor
              FROM line JOIN accounting.account ON account.id = line.account_id
             WHERE account.issuer_id = p_issuer AND account.by_document) AS part
     GROUP BY part.account_id, part.party_type, part.document_id, part.document_type, part.currency
    HAVING sum(part.amount_minor) <> 0 OR sum(part.functional_amount_minor) <> 0
  $$;
`;

const PARTIES_BY_DAY = `
  DROP FUNCTION accounting.open_item_of_party;
  DROP INDEX accounting.posting_of_party;
  CREATE INDEX posting_of_party ON accounting.posting (party_id, account_id, entry_date, entry_id) WHERE party_id IS NOT NULL;
`;

const WAITING = `
  -- Asked by the function and not as a condition of the trigger, which is parsed anew for every statement.
  CREATE FUNCTION accounting.refuse_what_no_guard_writes() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
    RAISE EXCEPTION '%.% is written by the guard of postings alone', TG_TABLE_SCHEMA, TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
  END $$;
  DROP TRIGGER untotalled_entry_comes_from_the_guard ON accounting.untotalled_entry;
  CREATE TRIGGER untotalled_entry_comes_from_the_guard BEFORE INSERT ON accounting.untotalled_entry
    FOR EACH STATEMENT EXECUTE FUNCTION accounting.refuse_what_no_guard_writes();
  ALTER TABLE accounting.untotalled_entry ENABLE ALWAYS TRIGGER untotalled_entry_comes_from_the_guard;
`;

const WAITING_BY_CONDITION = `
  DROP FUNCTION accounting.refuse_what_no_guard_writes() CASCADE;
  CREATE TRIGGER untotalled_entry_comes_from_the_guard BEFORE INSERT ON accounting.untotalled_entry
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.untotalled_entry ENABLE ALWAYS TRIGGER untotalled_entry_comes_from_the_guard;
`;

const SOURCES = `
  -- The entries of those of the sources that are posted, by their place in the arrays, from 1. Each is looked up by its key:
  -- how many there are says nothing of how many entries there are, which a scan would read.
  CREATE FUNCTION accounting.entries_of_sources(issuer_ids uuid[], source_types text[], source_ids text[], kinds text[])
  RETURNS TABLE (no bigint, entry_id bigint, content_hash bytea) LANGUAGE plpgsql STABLE
  ${PLANNED_FOR_FEW} AS $$
  #variable_conflict use_column
  BEGIN
    RETURN QUERY SELECT given.no, posted.id, posted.content_hash
      FROM unnest(issuer_ids, source_types, source_ids, kinds) WITH ORDINALITY AS given(issuer_id, source_type, source_id, kind, no)
      JOIN accounting.journal_entry posted USING (issuer_id, source_type, source_id, kind);
  END $$;
`;

const POSTING = `
  -- Writes new entries and their postings in one statement and gives back the ids of the entries. Entries are numbered by
  -- their place in the arrays, from 1, and lines name that number. A source that is posted already violates
  -- source_is_posted_once, after its poster was waited for. Ids are drawn first, because lines need them. An entry that takes
  -- another one of the same call back names it by its number. Planned once for all sizes, because there is nothing to choose:
  -- a plan of its own would copy the arrays. Each unnest stands in a select list, where it hands on one value after the
  -- other; in FROM it would write all of them into a store first.
  CREATE FUNCTION accounting.post_entries(
${POSTED_ARRAYS})
  RETURNS bigint[] LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET plan_cache_mode = force_generic_plan AS $$
  DECLARE ids bigint[];
  BEGIN
    FOR place IN 1 .. cardinality(source_ids) LOOP ids[place] := nextval('accounting.journal_entry_id_seq'); END LOOP;

    WITH new_entry AS (
${NEW_ENTRIES}
    )
${NEW_LINES};
    RETURN ids;
  END $$;
`;

const CREDITS = 'bit_or(CASE WHEN line.functional_amount_minor < 0 THEN account.flow_bit END)';
/** The roles that fit every role in debit. */
const FITTING = 'bit_and(CASE WHEN line.functional_amount_minor > 0 THEN account.flow_credit_bits END)';

const WITH_ACCOUNT_AND_ENTRY = `LEFT JOIN accounting.account ON account.id = line.account_id
        LEFT JOIN accounting.journal_entry entry ON entry.id = line.entry_id`;

/** The first rule that an entry breaks, when none of its lines does. Where nothing has a rate, one sum says it all. */
const entryRule = (of: { lines: string; lineCount: string; functional: string; isForeign: string }): string => `CASE
        WHEN ${of.lines} <> ${of.lineCount} THEN 'entry_comes_whole_in_one_statement'
        WHEN ${of.functional} <> 0 THEN CASE WHEN ${of.isForeign} THEN 'entry_balances_in_functional_currency' ELSE 'entry_balances_per_currency' END
      END`;

const RULE_OF_ONE = entryRule({
  lines: 'count(*)',
  lineCount: 'min(entry.line_count)',
  functional: 'sum(line.functional_amount_minor)',
  isForeign: 'bool_or(line.rate IS NOT NULL)',
});
const RULE_OF_EACH = entryRule({ lines: 'lines', lineCount: 'line_count', functional: 'functional', isForeign: 'is_foreign' });

const GUARD = `
  -- Checks the postings of one statement as a set and adds them to the day totals. It reads new rows, their entries,
  -- the chart and nothing else, so its cost grows with the statement and not with the ledger. Lines are numbered from one
  -- and no two alike, so when as many as were announced have no higher number, all are there. An entry may go where its
  -- flows are declared at first sight: each role in credit fits every role in debit.
  CREATE OR REPLACE FUNCTION accounting.guard_postings() RETURNS trigger LANGUAGE plpgsql ${PLANNED_FOR_FEW} AS $$
  DECLARE
    first_entry bigint;
    last_entry bigint;
    new_lines bigint;
    any_foreign boolean;
    broken_rule text;
    broken_entry bigint;
    unusual boolean;
  BEGIN
    -- As if the first lines were all, and of one entry. They mostly are, and then need no sorting into entries, nor another look.
    SELECT min(line.entry_id), max(line.entry_id), count(*), bool_or(line.rate IS NOT NULL), ${CREDITS} & ~${FITTING} <> 0,
           coalesce(min(${LINE_RULE}), ${RULE_OF_ONE})
      INTO first_entry, last_entry, new_lines, any_foreign, unusual, broken_rule
      FROM (SELECT * FROM new_posting LIMIT ${FEW_LINES} + 1) AS line
        ${WITH_ACCOUNT_AND_ENTRY};

    IF first_entry = last_entry AND new_lines <= ${FEW_LINES} THEN
      broken_entry := first_entry;
      INSERT INTO accounting.untotalled_entry VALUES (first_entry);
    ELSE
      SELECT min(entry_id), max(entry_id), count(*), bool_or(rate IS NOT NULL)
        INTO first_entry, last_entry, new_lines, any_foreign FROM new_posting;
      IF first_entry IS NULL THEN RETURN NULL; END IF;
      IF new_lines > 500 THEN PERFORM accounting.plan_for_many(); END IF;

      -- The range on the entry ids keeps large statements on the index.
      SELECT rule, entry_id, is_unusual INTO broken_rule, broken_entry, unusual FROM (
        SELECT entry_id, credits & ~fitting <> 0 AS is_unusual, coalesce(line_rule, ${RULE_OF_EACH}) AS rule
          FROM (SELECT line.entry_id, entry.line_count, count(*) AS lines, sum(line.functional_amount_minor) AS functional,
                       bool_or(line.rate IS NOT NULL) AS is_foreign, ${CREDITS} AS credits, ${FITTING} AS fitting, min(${LINE_RULE}) AS line_rule
                  FROM new_posting line
        ${WITH_ACCOUNT_AND_ENTRY} AND entry.id BETWEEN first_entry AND last_entry
                 GROUP BY line.entry_id, entry.line_count) AS whole) AS checked
       WHERE rule IS NOT NULL OR is_unusual ORDER BY rule IS NULL, entry_id LIMIT 1;
      IF broken_rule IS NOT NULL THEN PERFORM accounting.refuse(broken_rule, broken_entry); END IF;
${TOTALS_OF_MANY}
    END IF;
    IF broken_rule IS NOT NULL THEN PERFORM accounting.refuse(broken_rule, broken_entry); END IF;

    -- Looked at closely: each role counts with the side that is left over, so where one stands on both sides, it has to be
    -- summed first. Only what two persons have approved may go another way than is declared.
    IF unusual THEN
${undeclaredFlows('broken_entry')}
      IF FOUND THEN PERFORM accounting.refuse('entry_flows_are_declared', broken_entry); END IF;
    END IF;

    IF any_foreign THEN
      SELECT entry_id INTO broken_entry FROM new_posting GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0 ORDER BY entry_id LIMIT 1;
      IF FOUND THEN PERFORM accounting.refuse('entry_balances_per_currency', broken_entry); END IF;
${FOREIGN_ITEMS}
    END IF;
    RETURN NULL;
  END $$;
`;

/** The first rule that a new entry breaks, with its period and its first line. */
const NEW_ENTRY_RULE = `CASE
        -- On an older snapshot the period would look open after its close was waited for.
        WHEN current_setting('transaction_isolation') <> 'read committed' THEN 'ledger_is_written_in_read_committed'
        ${NEW_ENTRY_RULES}
      END`;

const WITH_PERIOD_AND_FIRST_LINE = `LEFT JOIN accounting.period ON period.issuer_id = entry.issuer_id AND period.starts_on = entry.period_start
        LEFT JOIN accounting.posting first_line ON first_line.entry_id = entry.id AND first_line.line_no = 1`;

const SEAL = `
  -- At the end of the statement that makes an entry its first line must be there, and with one line the guard of postings
  -- demands all of them; so an entry without its postings never exists, not even inside a transaction. And its period
  -- must be open and stay open until this transaction ends: the lock is taken in one statement and the state read in the
  -- next, because waiting does not refresh a snapshot.
  CREATE OR REPLACE FUNCTION accounting.seal_entries() RETURNS trigger LANGUAGE plpgsql ${PLANNED_FOR_FEW} AS $$
  DECLARE
    first_entry bigint;
    last_entry bigint;
    new_entries bigint;
    broken_rule text;
    broken_entry bigint;
  BEGIN
    SELECT min(id), max(id), count(*) INTO first_entry, last_entry, new_entries FROM new_entry;
    IF new_entries = 1 THEN
      PERFORM pg_advisory_xact_lock_shared(accounting.period_lock_key(issuer_id, period_start)) FROM new_entry;
      SELECT min(entry.id), min(${NEW_ENTRY_RULE}) INTO broken_entry, broken_rule
        FROM new_entry entry
        ${WITH_PERIOD_AND_FIRST_LINE};
    ELSIF new_entries > 1 THEN
      IF new_entries > 100 THEN PERFORM accounting.plan_for_many(); END IF;
      PERFORM pg_advisory_xact_lock_shared(key)
         FROM (SELECT accounting.period_lock_key(issuer_id, period_start) AS key
                 FROM (SELECT DISTINCT issuer_id, period_start FROM new_entry) AS months ORDER BY key) AS keys;
      SELECT id, rule INTO broken_entry, broken_rule FROM (
        SELECT entry.id, ${NEW_ENTRY_RULE} AS rule
          FROM new_entry entry
        ${WITH_PERIOD_AND_FIRST_LINE} AND first_line.entry_id BETWEEN first_entry AND last_entry) AS checked
       WHERE rule IS NOT NULL LIMIT 1;
    END IF;
    IF broken_rule IS NOT NULL THEN PERFORM accounting.refuse(broken_rule, broken_entry); END IF;
    RETURN NULL;
  END $$;
`;
