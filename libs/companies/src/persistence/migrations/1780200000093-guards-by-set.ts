// The guards of changed companies and leaving members cost what the statement is long, and a company's day is that of its zone.
import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A session plans a trigger's statements once, mostly for a change of one row, and keeps the plan. Of that plan a loop over
 * the old rows for each of the new ones is ruin when a file changes thousands. So the two are hashed together, or compared
 * as sets, and other tables are asked by index.
 */
export class GuardsBySet1780200000093 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER FUNCTION companies.keep_version() SET enable_nestloop = off;
      ALTER FUNCTION companies.tell_who_leaves() SET enable_nestloop = off;
      ${BY_INDEX.map((setting) => `ALTER FUNCTION companies.refuse_move_into_circle() SET ${setting} = off;`).join('\n')}
    `);
    await runner.query(PLACES_BY_SET);
    await runner.query(CIRCLES_BY_MOVES);
    await runner.query(makeVersion('(now() AT TIME ZONE NEW.time_zone)::date'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(makeVersion('current_date'));
    await runner.query(CIRCLES_BY_ROW);
    await runner.query(PLACES_BY_JOIN);
    await runner.query(`
      ALTER FUNCTION companies.refuse_move_into_circle() RESET ALL;
      ALTER FUNCTION companies.tell_who_leaves() RESET ALL;
      ALTER FUNCTION companies.keep_version() RESET ALL;
    `);
  }
}

const BY_INDEX = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'];

/** Who has moved is the places after the change less the places before it; as of the day that it is for the company. */
const PLACES_BY_SET = `
  CREATE OR REPLACE FUNCTION companies.keep_place() RETURNS trigger LANGUAGE plpgsql ${BY_INDEX.map((setting) => `SET ${setting} = off`).join(' ')} AS $$
  BEGIN
    INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by)
      SELECT moved.id, moved.kind, (now() AT TIME ZONE c.time_zone)::date, moved.target_id, 'system:' || session_user
        FROM (SELECT f.id, place.kind, place.target_id FROM fresh f, LATERAL (VALUES ('parent', f.parent_id), ('payer', f.payer_id)) AS place(kind, target_id)
              EXCEPT
              SELECT s.id, place.kind, place.target_id FROM stale s, LATERAL (VALUES ('parent', s.parent_id), ('payer', s.payer_id)) AS place(kind, target_id)) AS moved
        JOIN companies.company c ON c.id = moved.id
       WHERE NOT EXISTS (SELECT FROM companies.company_move m
                          WHERE m.company_id = moved.id AND m.kind = moved.kind AND m.target_id IS NOT DISTINCT FROM moved.target_id)
         -- Back to nobody, as before the first move.
         AND NOT (moved.target_id IS NULL AND EXISTS (
           SELECT FROM companies.company_move m WHERE m.company_id = moved.id AND m.kind = moved.kind HAVING min(m.effective_on) > '-infinity'))
       ORDER BY moved.id;
    RETURN NULL;
  END $$;
`;

const PLACES_BY_JOIN = `
  CREATE OR REPLACE FUNCTION companies.keep_place() RETURNS trigger LANGUAGE plpgsql AS $$
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
`;

/**
 * Rows show today, which begins in Auckland before it begins in Lisbon: of two companies that change places, one may show it
 * already and the other not yet. So circles are refused where the days are, among the moves. A place that no move has put
 * there becomes one, and is refused as one.
 */
const CIRCLES_BY_MOVES = `
  DROP TRIGGER company_hierarchy_has_no_cycle ON companies.company;
  DROP TRIGGER company_payers_have_no_cycle ON companies.company;
  DROP FUNCTION companies.refuse_circle();
`;

const CIRCLES_BY_ROW = `
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
  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_hierarchy_has_no_cycle;
  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_payers_have_no_cycle;
`;

const makeVersion = (today: string): string => `
  CREATE OR REPLACE FUNCTION companies.make_version() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF companies.profile_of(NEW) IS DISTINCT FROM companies.profile_of(OLD) AND NEW.version = OLD.version THEN
      NEW.version := OLD.version + 1;
      NEW.valid_from := greatest(OLD.valid_from, ${today});
      NEW.changed_by := 'system:' || session_user;
      NEW.change_reason := NULL;
    END IF;
    RETURN NEW;
  END $$;
`;
