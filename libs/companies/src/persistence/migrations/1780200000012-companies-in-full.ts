// Companies in full: the whole profile and its versions, dated moves in the hierarchy, contacts, notes, and VAT checks.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class CompaniesInFull1780200000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PROFILE);
    await runner.query(VERSIONS);
    await runner.query(MOVES);
    await runner.query(PEOPLE_AND_NOTES);
    await runner.query(VAT_CHECKS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION companies.place_on(uuid, text, date);
      DROP TABLE companies.vat_check, companies.company_note, companies.company_contact, companies.company_move_due, companies.company_move,
        companies.company_version;
      DROP TRIGGER company_change_is_a_version ON companies.company;
      DROP TRIGGER company_begins_with_a_version ON companies.company;
      DROP TRIGGER company_versions_follow_each_other ON companies.company;
      DROP TRIGGER company_hierarchy_has_no_cycle ON companies.company;
      DROP TRIGGER company_payers_have_no_cycle ON companies.company;
      DROP TRIGGER company_stands_where_it_begins ON companies.company;
      DROP TRIGGER company_moves_by_a_dated_move ON companies.company;
      DROP FUNCTION companies.make_version(), companies.keep_first_version(), companies.keep_version(), companies.keep_first_place(),
        companies.keep_place(), companies.refuse_circle(), companies.refuse_move_into_circle(),
        companies.stretches_above(uuid[], text, date, date), companies.profile_of(companies.company);
      ALTER TABLE companies.company
        DROP COLUMN search, DROP COLUMN version, DROP COLUMN valid_from, DROP COLUMN changed_by, DROP COLUMN change_reason, DROP COLUMN vat_due_at,
        DROP COLUMN vat_attempts, DROP COLUMN registration_id, DROP COLUMN payment_terms_kind, DROP COLUMN delivery,
        DROP COLUMN e_invoice_scheme, DROP COLUMN e_invoice_address, DROP COLUMN portal_url, DROP COLUMN purchase_order,
        DROP COLUMN cost_centres, DROP COLUMN address_line2, DROP COLUMN address_line3, DROP COLUMN region, DROP COLUMN iban, DROP COLUMN bic,
        DROP COLUMN account_holder;
    `);
    await runner.query(FIRST_HIERARCHY);
  }
}

const PROFILE = `
  ALTER TABLE companies.company
    ADD COLUMN registration_id text,
    ADD COLUMN payment_terms_kind text NOT NULL DEFAULT 'net' CONSTRAINT company_payment_terms_are_of_a_kind CHECK (payment_terms_kind IN ('net', 'end-of-month')),
    ADD COLUMN delivery text CONSTRAINT company_delivery_is_known CHECK (delivery IN ('email', 'e-invoice', 'portal')),
    ADD COLUMN e_invoice_scheme text CONSTRAINT company_e_invoice_scheme_is_a_code CHECK (e_invoice_scheme ~ '^[0-9]{4}$'),
    ADD COLUMN e_invoice_address text,
    ADD COLUMN portal_url text,
    ADD COLUMN purchase_order text,
    ADD COLUMN cost_centres text[] NOT NULL DEFAULT '{}',
    ADD COLUMN address_line2 text,
    ADD COLUMN address_line3 text,
    ADD COLUMN region text,
    ADD COLUMN iban text CONSTRAINT company_iban_looks_like_one CHECK (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    ADD COLUMN bic text CONSTRAINT company_bic_looks_like_one CHECK (bic ~ '^[A-Z0-9]{8}([A-Z0-9]{3})?$'),
    ADD COLUMN account_holder text,
    -- What the row is a version of: which, since which day, who made it so, and why. The first holds for all days before it, too.
    ADD COLUMN version int NOT NULL DEFAULT 1,
    ADD COLUMN valid_from date NOT NULL DEFAULT '-infinity',
    ADD COLUMN changed_by text NOT NULL DEFAULT 'system:' || session_user,
    ADD COLUMN change_reason text,
    -- When the tax number is checked next, and how often that has failed since the last answer.
    ADD COLUMN vat_due_at timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN vat_attempts int NOT NULL DEFAULT 0,
    ADD CONSTRAINT company_e_invoice_address_has_a_scheme CHECK ((e_invoice_scheme IS NULL) = (e_invoice_address IS NULL)),
    ADD CONSTRAINT company_delivery_has_an_address CHECK (
      CASE delivery WHEN 'email' THEN email IS NOT NULL WHEN 'e-invoice' THEN e_invoice_address IS NOT NULL WHEN 'portal' THEN portal_url IS NOT NULL ELSE true END);
  ALTER TABLE companies.company
    -- A tax number is found with the code of its country before it, too.
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (companies.search_text(
      number || ' ' || legal_name || ' ' || coalesce(trade_name, '') || ' ' || coalesce(country || tax_id, '') || ' ' || coalesce(email, ''))) STORED;
  CREATE INDEX company_search ON companies.company USING gin (search companies.gin_trgm_ops);
  CREATE INDEX company_of_tax_id ON companies.company (tax_id) WHERE tax_id IS NOT NULL;
  CREATE INDEX company_of_email ON companies.company (lower(email)) WHERE email IS NOT NULL;
  CREATE INDEX company_vat_check_due ON companies.company (vat_due_at) WHERE tax_id IS NOT NULL AND vat_status <> 'not-required'
    AND (country IN ('AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU', 'LV', 'MT', 'NL', 'PL',
      'PT', 'RO', 'SE', 'SI', 'SK') OR tax_id LIKE 'XI%');
`;

/** Whoever changes a row makes a version of it, also with psql: the row says who and why, and the version is a copy of it. */
const VERSIONS = `
  CREATE FUNCTION companies.profile_of(company companies.company) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_jsonb(company) - '{id,number,created_at,parent_id,payer_id,vat_status,vat_checked_on,vat_due_at,vat_attempts,search,version,valid_from,changed_by,change_reason}'::text[];

  CREATE TABLE companies.company_version (
    company_id uuid NOT NULL REFERENCES companies.company (id),
    no int NOT NULL CONSTRAINT company_version_is_counted_from_one CHECK (no >= 1),
    valid_from date NOT NULL,
    profile jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    reason text,
    PRIMARY KEY (company_id, no)
  );
  INSERT INTO companies.company_version (company_id, no, valid_from, profile, recorded_at, recorded_by, reason)
    SELECT c.id, c.version, c.valid_from, companies.profile_of(c), c.created_at, c.changed_by, c.change_reason FROM companies.company c;
  CREATE TRIGGER company_version_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON companies.company_version
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE companies.company_version ENABLE ALWAYS TRIGGER company_version_is_append_only;

  -- A change that does not say of itself what version it makes is one all the same, as of the day it is made.
  CREATE FUNCTION companies.make_version() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF companies.profile_of(NEW) IS DISTINCT FROM companies.profile_of(OLD) AND NEW.version = OLD.version THEN
      NEW.version := OLD.version + 1;
      NEW.valid_from := greatest(OLD.valid_from, current_date);
      NEW.changed_by := 'system:' || session_user;
      NEW.change_reason := NULL;
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER company_change_is_a_version BEFORE UPDATE ON companies.company
    FOR EACH ROW EXECUTE FUNCTION companies.make_version();

  CREATE FUNCTION companies.keep_first_version() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO companies.company_version (company_id, no, valid_from, profile, recorded_by, reason)
      SELECT f.id, f.version, f.valid_from, companies.profile_of(f::companies.company), f.changed_by, f.change_reason FROM fresh f;
    RETURN NULL;
  END $$;
  CREATE TRIGGER company_begins_with_a_version AFTER INSERT ON companies.company
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION companies.keep_first_version();

  CREATE FUNCTION companies.keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender text;
  BEGIN
    SELECT f.number INTO offender FROM fresh f JOIN stale s ON s.id = f.id
     WHERE f.version NOT IN (s.version, s.version + 1) OR (s.version > 1 AND f.valid_from < s.valid_from) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'a change of company % is refused: versions are counted one by one, and none begins before the last', offender
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
    END IF;
    INSERT INTO companies.company_version (company_id, no, valid_from, profile, recorded_by, reason)
      SELECT f.id, f.version, f.valid_from, companies.profile_of(f::companies.company), f.changed_by, f.change_reason
        FROM fresh f JOIN stale s ON s.id = f.id WHERE f.version > s.version;
    RETURN NULL;
  END $$;
  CREATE TRIGGER company_versions_follow_each_other AFTER UPDATE ON companies.company
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION companies.keep_version();

  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_change_is_a_version;
  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_begins_with_a_version;
  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_versions_follow_each_other;
`;

const FIRST_HIERARCHY = `
  CREATE FUNCTION companies.refuse_company_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('companies.hierarchy', 0));
    IF EXISTS (
      WITH RECURSIVE above AS (
        SELECT NEW.parent_id AS id
        UNION
        SELECT company.parent_id FROM above JOIN companies.company ON company.id = above.id WHERE company.parent_id IS NOT NULL
      )
      SELECT FROM above WHERE id = NEW.id
    ) THEN
      RAISE EXCEPTION 'company % would stand above itself', NEW.number
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'company_hierarchy_has_no_cycle',
          SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER company_hierarchy_has_no_cycle AFTER INSERT OR UPDATE OF parent_id ON companies.company
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION companies.refuse_company_cycle();
`;

/**
 * parent_id and payer_id say where a company stands today; company_move says it of every day. On each day the move with
 * the latest effective_on decides, among those of one day the last recorded. A circle is refused on every day it would
 * exist: a walk upwards carries the days on which it holds, and shrinks them at every step.
 */
const MOVES = `
  CREATE TABLE companies.company_move (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies.company (id),
    kind text NOT NULL CONSTRAINT company_move_is_of_a_kind CHECK (kind IN ('parent', 'payer')),
    effective_on date NOT NULL,
    -- Null: from then on it stands alone, or pays for itself.
    target_id uuid CONSTRAINT company_move_target_exists REFERENCES companies.company (id),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    reason text,
    CONSTRAINT company_move_is_to_another_company CHECK (target_id <> company_id)
  );
  CREATE INDEX company_move_of_company ON companies.company_move (company_id, kind, effective_on, id) INCLUDE (target_id);
  CREATE INDEX company_move_to_target ON companies.company_move (target_id, kind) WHERE target_id IS NOT NULL;
  CREATE TRIGGER company_move_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON companies.company_move
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE companies.company_move ENABLE ALWAYS TRIGGER company_move_is_append_only;

  -- Moves that lie ahead, until the row shows them.
  CREATE TABLE companies.company_move_due (
    effective_on date NOT NULL,
    company_id uuid NOT NULL REFERENCES companies.company (id),
    PRIMARY KEY (effective_on, company_id)
  );

  INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_at, recorded_by)
    SELECT c.id, place.kind, '-infinity', place.target_id, c.created_at, 'system:' || session_user
      FROM companies.company c, LATERAL (VALUES ('parent', c.parent_id), ('payer', c.payer_id)) AS place(kind, target_id)
     WHERE place.target_id IS NOT NULL ORDER BY c.id;

  -- Whom a company stands under (or who pays for it) on a day, itself; null when nobody.
  CREATE FUNCTION companies.place_on(company uuid, move_kind text, day date) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT m.target_id FROM companies.company_move m WHERE m.company_id = company AND m.kind = move_kind AND m.effective_on <= day
             ORDER BY m.effective_on DESC, m.id DESC LIMIT 1);

  -- Everything above the companies in the days [first, last), with the days on which it is above; the highest of a day has no next.
  CREATE FUNCTION companies.stretches_above(below uuid[], move_kind text, first date, last date)
    RETURNS TABLE (company_id uuid, depth int, target_id uuid, days daterange) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE above AS (
      SELECT id AS company_id, 0 AS depth, id AS target_id, daterange(first, last) AS days FROM unnest(below) AS id
      UNION ALL
      SELECT a.company_id, a.depth + 1, s.target_id, a.days * s.days
        FROM above a
       CROSS JOIN LATERAL (
         SELECT m.target_id, daterange(m.effective_on, lead(m.effective_on) OVER (ORDER BY m.effective_on, m.id)) AS days
           FROM companies.company_move m WHERE m.company_id = a.target_id AND m.kind = move_kind) AS s
       -- A circle ends where it began: whoever asks sees it, and the walk ends.
       WHERE s.target_id IS NOT NULL AND a.days && s.days AND (a.depth = 0 OR a.target_id <> a.company_id) AND a.depth < 100
    )
    SELECT company_id, depth, target_id, days FROM above
  $$;

  CREATE FUNCTION companies.refuse_move_into_circle() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender uuid;
  BEGIN
    -- One change of the hierarchy at a time: two that are harmless alone could close a circle together.
    PERFORM pg_advisory_xact_lock(hashtextextended('companies.hierarchy', 0));
    SELECT above.company_id INTO offender
      FROM (SELECT kind, array_agg(DISTINCT company_id) AS moved, min(effective_on) AS first FROM fresh WHERE target_id IS NOT NULL GROUP BY kind) AS f
     CROSS JOIN LATERAL companies.stretches_above(f.moved, f.kind, f.first, NULL) AS above
     WHERE above.depth > 0 AND (above.target_id = above.company_id OR above.depth >= 100) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'company % would stand above itself', offender
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER company_move_makes_no_circle AFTER INSERT ON companies.company_move
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION companies.refuse_move_into_circle();
  ALTER TABLE companies.company_move ENABLE ALWAYS TRIGGER company_move_makes_no_circle;

  -- The same of the rows themselves, for changes that go past the moves.
  DROP TRIGGER company_hierarchy_has_no_cycle ON companies.company;
  DROP FUNCTION companies.refuse_company_cycle();
  CREATE FUNCTION companies.refuse_circle() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('companies.hierarchy', 0));
    IF EXISTS (
      WITH RECURSIVE above AS (
        SELECT CASE TG_ARGV[0] WHEN 'parent' THEN NEW.parent_id ELSE NEW.payer_id END AS id
        UNION
        SELECT CASE TG_ARGV[0] WHEN 'parent' THEN c.parent_id ELSE c.payer_id END FROM above JOIN companies.company c ON c.id = above.id
      )
      SELECT FROM above WHERE id = NEW.id
    ) THEN
      RAISE EXCEPTION 'company % would stand above itself', NEW.number
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER company_hierarchy_has_no_cycle AFTER INSERT OR UPDATE OF parent_id ON companies.company
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION companies.refuse_circle('parent');
  CREATE TRIGGER company_payers_have_no_cycle AFTER INSERT OR UPDATE OF payer_id ON companies.company
    FOR EACH ROW WHEN (NEW.payer_id IS NOT NULL) EXECUTE FUNCTION companies.refuse_circle('payer');

  -- Where a company stands when it is registered, it has always stood.
  CREATE FUNCTION companies.keep_first_place() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by)
      SELECT f.id, place.kind, '-infinity', place.target_id, f.changed_by
        FROM fresh f, LATERAL (VALUES ('parent', f.parent_id), ('payer', f.payer_id)) AS place(kind, target_id)
       WHERE place.target_id IS NOT NULL ORDER BY f.id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER company_stands_where_it_begins AFTER INSERT ON companies.company
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION companies.keep_first_place();

  -- A row that is moved past the moves, with psql, is moved as of the day that is done.
  CREATE FUNCTION companies.keep_place() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by)
      SELECT f.id, place.kind, current_date, place.target_id, 'system:' || session_user
        FROM fresh f JOIN stale s ON s.id = f.id,
             LATERAL (VALUES ('parent', f.parent_id, s.parent_id), ('payer', f.payer_id, s.payer_id)) AS place(kind, target_id, was)
       WHERE place.target_id IS DISTINCT FROM place.was
         AND NOT EXISTS (SELECT FROM companies.company_move m
                          WHERE m.company_id = f.id AND m.kind = place.kind AND m.target_id IS NOT DISTINCT FROM place.target_id)
         -- Back to nobody, as before the first move.
         AND NOT (place.target_id IS NULL AND EXISTS (
           SELECT FROM companies.company_move m WHERE m.company_id = f.id AND m.kind = place.kind HAVING min(m.effective_on) > '-infinity'))
       ORDER BY f.id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER company_moves_by_a_dated_move AFTER UPDATE ON companies.company
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION companies.keep_place();
  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_hierarchy_has_no_cycle;
  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_payers_have_no_cycle;
  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_stands_where_it_begins;
  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_moves_by_a_dated_move;
`;

const PEOPLE_AND_NOTES = `
  CREATE TABLE companies.company_contact (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies.company (id),
    name text NOT NULL CONSTRAINT company_contact_has_a_name CHECK (name <> ''),
    email text,
    phone text,
    roles text[] NOT NULL CONSTRAINT company_contact_roles_are_known
      CHECK (cardinality(roles) > 0 AND roles <@ '{billing,hr,legal,technical,management}'::text[]),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT company_contact_can_be_reached CHECK (num_nonnulls(email, phone) > 0)
  );
  CREATE INDEX company_contact_of_company ON companies.company_contact (company_id, id);
  CREATE INDEX company_contact_of_email ON companies.company_contact (lower(email)) WHERE email IS NOT NULL;

  CREATE TABLE companies.company_note (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies.company (id),
    text text NOT NULL CONSTRAINT company_note_says_something CHECK (text <> ''),
    written_at timestamptz NOT NULL DEFAULT now(),
    written_by text NOT NULL
  );
  CREATE INDEX company_note_of_company ON companies.company_note (company_id, written_at DESC, id DESC);
  CREATE TRIGGER company_note_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON companies.company_note
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE companies.company_note ENABLE ALWAYS TRIGGER company_note_is_append_only;
  CREATE INDEX company_version_in_time ON companies.company_version (company_id, recorded_at DESC, no DESC);
  CREATE INDEX company_move_in_time ON companies.company_move (company_id, recorded_at DESC, id DESC);
`;

const VAT_CHECKS = `
  -- Every check of a number and its answer: the evidence for how an invoice was taxed.
  CREATE TABLE companies.vat_check (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies.company (id),
    country char(2) NOT NULL,
    tax_id text NOT NULL,
    result text NOT NULL CONSTRAINT vat_check_result_is_known CHECK (result IN ('valid', 'invalid', 'unavailable', 'not-required', 'unchecked')),
    -- Who says so: a service that was asked, or a person or file that stated it.
    source text NOT NULL CONSTRAINT vat_check_source_is_known CHECK (source IN ('vies', 'sandbox', 'stated')),
    checked_at timestamptz NOT NULL,
    -- The consultation number, which proves the question to an authority.
    consultation text,
    trader_name text,
    trader_address text,
    -- The answer as it came.
    answer jsonb,
    requested_by text NOT NULL,
    CONSTRAINT vat_check_service_answers CHECK (source = 'stated' OR result IN ('valid', 'invalid', 'unavailable')),
    CONSTRAINT vat_check_statement_is_an_answer CHECK (source <> 'stated' OR result <> 'unavailable')
  );
  CREATE INDEX vat_check_of_company ON companies.vat_check (company_id, checked_at DESC, id DESC);
  CREATE TRIGGER vat_check_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON companies.vat_check
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE companies.vat_check ENABLE ALWAYS TRIGGER vat_check_is_append_only;
`;
