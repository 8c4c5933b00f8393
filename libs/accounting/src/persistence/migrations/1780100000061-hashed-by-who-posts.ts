// The hash of an entry is made by whoever posts it and comes with it, and a block packs the hashes of its entries. So sealing reads
// one short row an entry, and only who verifies reads the postings again.
import { MigrationInterface, QueryRunner } from 'typeorm';
import { SealChain1780100000003 } from './1780100000003-seal-chain';
import { POSTING_OF_MANUAL_ENTRIES } from './1780100000043-manual-entries';
import { POSTING_WITHOUT_A_JOIN } from './1780100000053-guards-in-one-pass';

export class HashedByWhoPosts1780100000061 implements MigrationInterface {
  /** Seals everything anew: the heads of the chain that was there before are worth no more than a run of its proof just before. */
  async up(runner: QueryRunner): Promise<void> {
    await new SealChain1780100000003().down(runner);
    await runner.query('DROP FUNCTION accounting.post_entries, accounting.post_manual_entry(uuid, text)');
    for (const sql of [LEAVES, BACKFILL, BLOCKS, POSTING_OF_EITHER_KIND, MANUAL_POSTING]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION accounting.seal_block(int), accounting.block_hash(bigint, int, xid8, bigint, bytea, bytea, timestamptz),
        accounting.post_entries, accounting.post_manual_entry(uuid, text);
      DROP TABLE accounting.block;
      DROP VIEW accounting.entry_leaf;
      DROP FUNCTION accounting.leaf_of_entry, accounting.leaf_of_line, accounting.sealed_form;
      DROP INDEX accounting.journal_entry_by_transaction;
      CREATE INDEX journal_entry_by_transaction ON accounting.journal_entry (tx);
      ALTER TABLE accounting.journal_entry DROP COLUMN leaf_hash;`);
    await new SealChain1780100000003().up(runner);
    for (const sql of [POSTING_WITHOUT_A_JOIN, POSTING_OF_MANUAL_ENTRIES]) await runner.query(sql);
    for (const name of ['seal_block(int)', 'post_manual_entry(uuid, text)']) {
      await runner.query(`ALTER FUNCTION accounting.${name} SECURITY DEFINER SET search_path = pg_catalog, pg_temp`);
    }
  }
}

const LEAVES = `
  ALTER TABLE accounting.journal_entry ADD COLUMN leaf_hash bytea;

  -- The canonical form of an entry, which is hashed: a line of its own and one for each posting, fields between tabs, days as
  -- days since 2000-01-01, text in quotes as SQL quotes it, so that no two entries have the same form and no setting of the
  -- session changes it. The pair of leafOf in the domain; a property compares the two.
  CREATE FUNCTION accounting.leaf_of_entry(issuer_id uuid, period_start date, entry_date date, effective_on date, kind text,
    source_type text, source_id text, content_hash bytea, line_count int) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN concat_ws(E'\\t', issuer_id, period_start - date '2000-01-01', entry_date - date '2000-01-01', effective_on - date '2000-01-01',
    quote_literal(kind), quote_literal(source_type), quote_literal(source_id), encode(content_hash, 'hex'), line_count);
  CREATE FUNCTION accounting.leaf_of_line(line_no int, account_id bigint, currency char(3), amount_minor bigint, functional_amount_minor bigint,
    entry_date date, party_type text, party_id text, document_type text, document_id uuid, tax_code text, rate numeric)
  RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN concat_ws(E'\\t', line_no, account_id, currency, amount_minor, functional_amount_minor, entry_date - date '2000-01-01',
    quote_nullable(party_type), quote_nullable(party_id), quote_nullable(document_type), coalesce(document_id::text, 'NULL'),
    quote_nullable(tax_code), coalesce(rate::text, 'NULL'));

  -- What a block keeps of an entry: the leaf's hash, and what whoever posts does not know yet when he hashes. 64 bytes.
  CREATE FUNCTION accounting.sealed_form(id bigint, tx xid8, recorded_at timestamptz, reverses bigint, leaf_hash bytea) RETURNS bytea
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN int8send(id) || xid8send(tx) || timestamptz_send(recorded_at) || int8send(coalesce(reverses, 0)) || leaf_hash;

  -- What the chain keeps of each entry, and beside the hash that came with it the hash of what stands in the journal now.
  CREATE VIEW accounting.entry_leaf AS
    SELECT entry.id, entry.tx, accounting.sealed_form(entry.id, entry.tx, entry.recorded_at, entry.reverses, entry.leaf_hash) AS form,
           entry.leaf_hash, sha256(convert_to(accounting.leaf_of_entry(entry.issuer_id, entry.period_start, entry.entry_date,
             entry.effective_on, entry.kind, entry.source_type, entry.source_id, entry.content_hash, entry.line_count)
             || (SELECT string_agg(E'\\n' || accounting.leaf_of_line(line.line_no, line.account_id, line.currency, line.amount_minor,
                          line.functional_amount_minor, line.entry_date, line.party_type, line.party_id, line.document_type,
                          line.document_id, line.tax_code, line.rate), '' ORDER BY line.line_no)
                   FROM accounting.posting line WHERE line.entry_id = entry.id), 'UTF8')) AS hash
      FROM accounting.journal_entry entry;
`;

/** The owner alone can do this, and only by taking the guard off first. */
const BACKFILL = `
  ALTER TABLE accounting.journal_entry DISABLE TRIGGER journal_entry_is_append_only;
  UPDATE accounting.journal_entry SET leaf_hash = (SELECT leaf.hash FROM accounting.entry_leaf leaf WHERE leaf.id = journal_entry.id);
  ALTER TABLE accounting.journal_entry ENABLE ALWAYS TRIGGER journal_entry_is_append_only;
  ALTER TABLE accounting.journal_entry ALTER leaf_hash SET NOT NULL;
`;

const BLOCKS = `
  DROP INDEX accounting.journal_entry_by_transaction;
  -- The order in which entries are sealed.
  CREATE INDEX journal_entry_by_transaction ON accounting.journal_entry (tx, id);

  CREATE TABLE accounting.block (
    no bigint PRIMARY KEY CONSTRAINT block_is_numbered_from_one CHECK (no > 0),
    entry_count int NOT NULL,
    -- The last entry in the block; the next block begins after it.
    through_tx xid8 NOT NULL,
    through_id bigint NOT NULL,
    -- The sealed forms of its entries in their order, 64 bytes each, so that a broken block can say which of them was touched.
    content bytea NOT NULL,
    content_hash bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now()
  );
  -- Hashes do not compress.
  ALTER TABLE accounting.block ALTER content SET STORAGE EXTERNAL;
  CREATE TRIGGER block_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounting.block
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.block ENABLE ALWAYS TRIGGER block_is_append_only;

  CREATE FUNCTION accounting.block_hash(no bigint, entry_count int, through_tx xid8, through_id bigint, content_hash bytea,
    previous_hash bytea, sealed_at timestamptz) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN sha256(int8send(no) || int4send(entry_count) || xid8send(through_tx) || int8send(through_id) || content_hash || previous_hash
    || timestamptz_send(sealed_at));

  -- Seals the next block of at most p_limit entries and gives back what is to be told of it; no row when nothing can be
  -- sealed. Only entries of transactions below the snapshot's horizon are taken: every transaction before those has ended,
  -- so no late commit slips in under a sealed block.
  CREATE FUNCTION accounting.seal_block(p_limit int) RETURNS TABLE (no bigint, entry_count int, hash bytea) LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  #variable_conflict use_column
  DECLARE
    head record;
    sealed accounting.block;
    ids bigint[];
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('accounting.seal_block', 0));
    SELECT block.no, block.through_tx, block.through_id, block.hash INTO head FROM accounting.block ORDER BY block.no DESC LIMIT 1;

    SELECT count(*), max(tx), array_agg(id ORDER BY tx, id), string_agg(form, ''::bytea ORDER BY tx, id)
      INTO sealed.entry_count, sealed.through_tx, ids, sealed.content
      FROM (SELECT tx, id, form FROM accounting.entry_leaf
             WHERE (tx, id) > (coalesce(head.through_tx, '0'), coalesce(head.through_id, 0)) AND tx < pg_snapshot_xmin(pg_current_snapshot())
             ORDER BY tx, id LIMIT p_limit) AS next;
    IF sealed.entry_count = 0 THEN RETURN; END IF;

    sealed.no := coalesce(head.no, 0) + 1;
    sealed.through_id := ids[sealed.entry_count];
    sealed.content_hash := sha256(sealed.content);
    sealed.previous_hash := coalesce(head.hash, decode(repeat('00', 32), 'hex'));
    sealed.sealed_at := now();
    sealed.hash := accounting.block_hash(sealed.no, sealed.entry_count, sealed.through_tx, sealed.through_id, sealed.content_hash,
                                         sealed.previous_hash, sealed.sealed_at);
    INSERT INTO accounting.block VALUES (sealed.*);
    RETURN QUERY SELECT sealed.no, sealed.entry_count, sealed.hash;
  END $$;
`;

/** The parameters of post_entries: entry columns, line columns, and which entry another one of the call takes back. */
export const POSTED_ARRAYS = `    issuer_ids uuid[], period_starts date[], entry_dates date[], effective_ons date[], kinds text[],
    source_types text[], source_ids text[], content_hashes bytea[], leaf_hashes bytea[], line_counts int[],
    entry_nos int[], line_nos int[], account_ids bigint[], currencies text[], amounts bigint[], functional_amounts bigint[],
    party_types text[], party_ids text[], document_types text[], document_ids uuid[], tax_codes text[], rates numeric[],
    reversed_nos int[]`;

/** The entries of the arrays, under the ids that were drawn for them. */
export const NEW_ENTRIES = `      INSERT INTO accounting.journal_entry
        (id, issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count, reverses)
      OVERRIDING SYSTEM VALUE
      SELECT id, issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count, ids[reversed_no]
        FROM (SELECT unnest(ids) AS id, unnest(issuer_ids) AS issuer_id, unnest(period_starts) AS period_start, unnest(entry_dates) AS entry_date,
                     unnest(effective_ons) AS effective_on, unnest(kinds) AS kind, unnest(source_types) AS source_type, unnest(source_ids) AS source_id,
                     unnest(content_hashes) AS content_hash, unnest(leaf_hashes) AS leaf_hash, unnest(line_counts) AS line_count, unnest(reversed_nos) AS reversed_no) AS given`;

/** The lines of the arrays. */
export const NEW_LINES = `      INSERT INTO accounting.posting
        (entry_id, line_no, account_id, currency, amount_minor, functional_amount_minor, entry_date,
         party_type, party_id, document_type, document_id, tax_code, rate)
      SELECT ids[line.entry_no], line.no, line.account_id, line.currency, line.amount, line.functional_amount, entry_dates[line.entry_no],
             line.party_type, line.party_id, line.document_type, line.document_id, line.tax_code, line.rate
        FROM (SELECT unnest(entry_nos) AS entry_no, unnest(line_nos) AS no, unnest(account_ids) AS account_id, unnest(currencies) AS currency,
                     unnest(amounts) AS amount, unnest(functional_amounts) AS functional_amount, unnest(party_types) AS party_type,
                     unnest(party_ids) AS party_id, unnest(document_types) AS document_type, unnest(document_ids) AS document_id,
                     unnest(tax_codes) AS tax_code, unnest(rates) AS rate) AS line`;

export const POSTING_OF_EITHER_KIND = `
  -- Writes entries and their postings in one statement. Entries are numbered by their place in the arrays, from 1, and
  -- lines name that number. A source that is posted already with the same content is left as it is; with another
  -- content it is an error. Ids are drawn first, because lines need them before the entry says whether it was new.
  -- An entry that takes another one of the same call back names it by its number. Planned once for all sizes, because
  -- there is nothing to choose: a plan of its own would copy the arrays. Each unnest stands in a select list, where it
  -- hands on one value after the other; in FROM it would write all of them into a store first.
  CREATE FUNCTION accounting.post_entries(
${POSTED_ARRAYS})
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
${NEW_ENTRIES}
      ON CONFLICT ON CONSTRAINT source_is_posted_once DO NOTHING
      RETURNING id
    ), new_line AS (
${NEW_LINES}
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

const MANUAL_POSTING = `
  -- Approves a manual entry and posts it, entry and lines in one statement under the same guard as every other entry.
  -- It goes into the month of its day, also while that is being closed, and nowhere else: a person chose the day.
  CREATE FUNCTION accounting.post_manual_entry(p_id uuid, p_decided_by text) RETURNS bigint LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    manual accounting.manual_entry;
    posted bigint := nextval('accounting.journal_entry_id_seq');
    month date;
    content bytea;
  BEGIN
    UPDATE accounting.manual_entry SET state = 'approved', decided_by = p_decided_by, entry_id = posted
     WHERE id = p_id RETURNING * INTO manual;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'there is no manual entry %', p_id USING ERRCODE = 'no_data_found';
    END IF;
    IF EXISTS (SELECT FROM jsonb_to_recordset(manual.lines) AS line("accountId" bigint)
                 JOIN accounting.account ON account.id = line."accountId"
                WHERE account.by_document OR account.role = 'deferred-revenue') THEN
      RAISE EXCEPTION 'manual entry % touches an account that only facts move', p_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'manual_entry_keeps_off_control_accounts';
    END IF;

    month := date_trunc('month', manual.effective_on::timestamp)::date;
    content := sha256(convert_to(jsonb_build_array(manual.currency, manual.lines, manual.reason, manual.reverses, manual.requested_by,
                                                   manual.decided_by)::text, 'UTF8'));
    WITH line AS MATERIALIZED (
      SELECT no::int, "accountId" AS account_id, "amountMinor" AS amount, "functionalAmountMinor" AS functional_amount, rate
        FROM ROWS FROM (jsonb_to_recordset(manual.lines) AS ("accountId" bigint, "amountMinor" bigint, "functionalAmountMinor" bigint, rate numeric))
             WITH ORDINALITY AS line("accountId", "amountMinor", "functionalAmountMinor", rate, no)
    ), entry AS (
      INSERT INTO accounting.journal_entry
        (id, issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count, reverses)
      OVERRIDING SYSTEM VALUE
      VALUES (posted, manual.issuer_id, month, manual.effective_on, manual.effective_on, manual.kind, 'manual-entry', manual.id::text, content,
              sha256(convert_to(accounting.leaf_of_entry(manual.issuer_id, month, manual.effective_on, manual.effective_on, manual.kind,
                                  'manual-entry', manual.id::text, content, jsonb_array_length(manual.lines))
                || (SELECT string_agg(E'\\n' || accounting.leaf_of_line(no, account_id, manual.currency, amount, functional_amount,
                                        manual.effective_on, NULL, NULL, NULL, NULL, NULL, rate), '' ORDER BY no) FROM line), 'UTF8')),
              jsonb_array_length(manual.lines), manual.reverses)
    )
    INSERT INTO accounting.posting (entry_id, line_no, account_id, currency, amount_minor, functional_amount_minor, rate, entry_date)
    SELECT posted, no, account_id, manual.currency, amount, functional_amount, rate, manual.effective_on FROM line;
    RETURN posted;
  END $$;
`;
