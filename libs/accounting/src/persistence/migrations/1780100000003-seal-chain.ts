// The seal chain: hashes over the entries, in blocks that hash their predecessor, so that what a superuser can still
// change in the ledger cannot be changed unseen.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class SealChain1780100000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(FUNCTIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION accounting.seal_block(int), accounting.merkle_root(bytea[]),
        accounting.block_hash(bigint, int, xid8, bytea, bytea, timestamptz);
      DROP VIEW accounting.entry_leaf;
      DROP TABLE accounting.block_leaf, accounting.block;
    `);
  }
}

const TABLES = `
  CREATE TABLE accounting.block (
    no bigint PRIMARY KEY CONSTRAINT block_is_numbered_from_one CHECK (no > 0),
    entry_count int NOT NULL,
    -- The last transaction in the block; the next block begins after it.
    through_tx xid8 NOT NULL,
    merkle_root bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now()
  );
  -- The hash of each sealed entry, so that a broken block can say which of its entries was touched.
  CREATE TABLE accounting.block_leaf (
    entry_id bigint CONSTRAINT entry_is_sealed_in_one_block PRIMARY KEY,
    block_no bigint NOT NULL,
    hash bytea NOT NULL
  );
  CREATE INDEX block_leaf_of_block ON accounting.block_leaf (block_no);

  CREATE TRIGGER block_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounting.block
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.block ENABLE ALWAYS TRIGGER block_is_append_only;
  CREATE TRIGGER block_leaf_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounting.block_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.block_leaf ENABLE ALWAYS TRIGGER block_leaf_is_append_only;

  -- The leaf hash (RFC 6962: a zero byte, then the data) of the canonical form of an entry: a JSON array of every column
  -- of the entry and of its postings in order. It does not depend on any setting of the session: days are ISO text in
  -- JSON, the instant is in microseconds, hashes are in hexadecimal.
  CREATE VIEW accounting.entry_leaf AS
    SELECT entry.id AS entry_id, entry.tx, sha256('\\x00'::bytea || convert_to(json_build_array(
             entry.id, entry.issuer_id, entry.period_start, entry.entry_date, entry.effective_on,
             (extract(epoch FROM entry.recorded_at) * 1000000)::bigint, entry.kind, entry.source_type, entry.source_id,
             encode(entry.content_hash, 'hex'), entry.line_count, entry.reverses, entry.tx::text,
             (SELECT json_agg(json_build_array(line.line_no, line.account_id, line.currency, line.amount_minor,
                       line.functional_amount_minor, line.entry_date, line.party_type, line.party_id,
                       line.document_type, line.document_id, line.tax_code, line.rate::text) ORDER BY line.line_no)
                FROM accounting.posting line WHERE line.entry_id = entry.id)
           )::text, 'UTF8')) AS hash
      FROM accounting.journal_entry entry;
`;

const FUNCTIONS = `
  -- The root of the RFC 6962 tree over the leaves in order. Pairing level by level and carrying an odd last node up
  -- unchanged gives the same root as the standard's recursion.
  CREATE FUNCTION accounting.merkle_root(leaves bytea[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
  DECLARE nodes bytea[] := leaves;
  BEGIN
    WHILE cardinality(nodes) > 1 LOOP
      SELECT array_agg(node ORDER BY pair) INTO nodes FROM (
        SELECT (no - 1) / 2 AS pair,
               CASE count(*) WHEN 2 THEN sha256('\\x01'::bytea || string_agg(hash, ''::bytea ORDER BY no))
                             ELSE string_agg(hash, ''::bytea) END AS node
          FROM unnest(nodes) WITH ORDINALITY AS level(hash, no) GROUP BY (no - 1) / 2) AS pairs;
    END LOOP;
    RETURN nodes[1];
  END $$;

  CREATE FUNCTION accounting.block_hash(no bigint, entry_count int, through_tx xid8, merkle_root bytea, previous_hash bytea,
    sealed_at timestamptz) RETURNS bytea LANGUAGE sql IMMUTABLE
  RETURN sha256(convert_to(json_build_array(no, entry_count, through_tx::text, encode(merkle_root, 'hex'),
    encode(previous_hash, 'hex'), (extract(epoch FROM sealed_at) * 1000000)::bigint)::text, 'UTF8'));

  -- Seals the next block of about p_limit entries and gives it back; no row when nothing can be sealed. Only entries of
  -- transactions below the snapshot's horizon are taken: every transaction before those has ended, so no late commit
  -- slips in under a sealed block. A transaction is sealed whole, so a block may be larger than the limit.
  CREATE FUNCTION accounting.seal_block(p_limit int) RETURNS SETOF accounting.block LANGUAGE plpgsql AS $$
  DECLARE
    head accounting.block;
    up_to xid8;
    sealed accounting.block;
    leaves bytea[];
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('accounting.seal_block', 0));
    SELECT * INTO head FROM accounting.block ORDER BY no DESC LIMIT 1;
    head.through_tx := coalesce(head.through_tx, '0'::xid8);

    SELECT max(tx) INTO up_to FROM (
      SELECT tx FROM accounting.journal_entry
       WHERE tx > head.through_tx AND tx < pg_snapshot_xmin(pg_current_snapshot())
       ORDER BY tx LIMIT p_limit) AS next;
    IF up_to IS NULL THEN RETURN; END IF;

    sealed.no := coalesce(head.no, 0) + 1;
    WITH leaf AS (
      INSERT INTO accounting.block_leaf (entry_id, block_no, hash)
      SELECT entry_id, sealed.no, hash FROM accounting.entry_leaf WHERE tx > head.through_tx AND tx <= up_to
      RETURNING entry_id, hash)
    SELECT array_agg(hash ORDER BY entry_id) INTO leaves FROM leaf;

    sealed.entry_count := cardinality(leaves);
    sealed.through_tx := up_to;
    sealed.merkle_root := accounting.merkle_root(leaves);
    sealed.previous_hash := coalesce(head.hash, decode(repeat('00', 32), 'hex'));
    sealed.sealed_at := now();
    sealed.hash := accounting.block_hash(sealed.no, sealed.entry_count, sealed.through_tx, sealed.merkle_root,
                                         sealed.previous_hash, sealed.sealed_at);
    INSERT INTO accounting.block VALUES (sealed.*);
    RETURN NEXT sealed;
  END $$;
`;
