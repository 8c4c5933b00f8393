// People over time: dependants, those who come back, cost centres and enrolments by day, and the headcount that follows.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class People1780200000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(MEMBER);
    await runner.query(PAST);
    await runner.query(ERASURE);
    await runner.query(HEADCOUNT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE companies.headcount_change DROP CONSTRAINT headcount_change_measure_is_known;
      DROP INDEX companies.headcount_change_of_company;
      ALTER TABLE companies.headcount_change DISABLE TRIGGER headcount_change_is_append_only;
      DELETE FROM companies.headcount_change WHERE measure <> 'eligible';
      ALTER TABLE companies.headcount_change ENABLE ALWAYS TRIGGER headcount_change_is_append_only;
      ALTER TABLE companies.headcount_change DROP COLUMN cost_centre,
        ADD CONSTRAINT headcount_change_measure_is_known CHECK (measure IN ('eligible'));
      CREATE INDEX headcount_change_of_company ON companies.headcount_change (company_id, measure, effective_on) INCLUDE (change);
      DROP TABLE companies.member_erasure, companies.member_enrolment, companies.member_past_cost_centre, companies.member_past_stay;
      DROP TRIGGER dependant_has_an_employee_of_its_company ON companies.member;
      DROP TRIGGER member_erased_stays_erased ON companies.member;
      DROP FUNCTION companies.refuse_dependant(), companies.refuse_change_of_erased(), companies.refuse_unknown_member();
      ALTER TABLE companies.member
        DROP COLUMN dependant_of, DROP COLUMN cost_centre_since, DROP COLUMN earlier_left_on, DROP COLUMN erased_at;
    `);
  }
}

/** The row says what holds now; what held on earlier days lies in the tables of the past, which most people never need. */
const MEMBER = `
  ALTER TABLE companies.member
    -- The employee whom a dependant belongs to; null for an employee.
    ADD COLUMN dependant_of uuid CONSTRAINT member_is_not_its_own_dependant CHECK (dependant_of <> id),
    -- The first day of the cost centre, when there was another before.
    ADD COLUMN cost_centre_since date,
    -- The end of the last stay before this one, for somebody who has come back.
    ADD COLUMN earlier_left_on date,
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT member_comes_back_after_leaving CHECK (earlier_left_on <= eligible_from),
    ADD CONSTRAINT member_erased_has_no_email CHECK (erased_at IS NULL OR email IS NULL);
  CREATE INDEX member_dependants ON companies.member (dependant_of) WHERE dependant_of IS NOT NULL;

  -- For dependants only: employees come by the million.
  CREATE FUNCTION companies.refuse_dependant() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM companies.member e WHERE e.id = NEW.dependant_of AND e.company_id = NEW.company_id AND e.dependant_of IS NULL)
       AND NOT EXISTS (SELECT FROM companies.member d WHERE d.dependant_of = NEW.id) THEN
      RETURN NULL;
    END IF;
    RAISE EXCEPTION 'member % can only be the dependant of an employee of its company', NEW.id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME, SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
  END $$;
  CREATE CONSTRAINT TRIGGER dependant_has_an_employee_of_its_company AFTER INSERT OR UPDATE OF dependant_of ON companies.member
    FOR EACH ROW WHEN (NEW.dependant_of IS NOT NULL) EXECUTE FUNCTION companies.refuse_dependant();
  ALTER TABLE companies.member ENABLE ALWAYS TRIGGER dependant_has_an_employee_of_its_company;

  CREATE FUNCTION companies.refuse_change_of_erased() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'member % is erased and takes no personal data any more', OLD.id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
  END $$;
  CREATE TRIGGER member_erased_stays_erased BEFORE UPDATE ON companies.member FOR EACH ROW
    WHEN (OLD.erased_at IS NOT NULL AND (NEW.erased_at, NEW.name, NEW.employee_id, NEW.email) IS DISTINCT FROM (OLD.erased_at, OLD.name, OLD.employee_id, OLD.email))
    EXECUTE FUNCTION companies.refuse_change_of_erased();
  ALTER TABLE companies.member ENABLE ALWAYS TRIGGER member_erased_stays_erased;
`;

const PAST = `
  CREATE FUNCTION companies.refuse_unknown_member() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE unknown uuid;
  BEGIN
    SELECT added.member_id INTO unknown FROM added WHERE NOT EXISTS (SELECT FROM companies.member WHERE member.id = added.member_id) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'member % does not exist', unknown
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME, SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
  END $$;

  -- The stays before the present one, [eligible_from, left_on).
  CREATE TABLE companies.member_past_stay (
    member_id uuid NOT NULL,
    eligible_from date NOT NULL,
    left_on date NOT NULL,
    PRIMARY KEY (member_id, eligible_from),
    CONSTRAINT past_stay_has_days CHECK (eligible_from < left_on)
  );
  CREATE TRIGGER past_stay_member_exists AFTER INSERT ON companies.member_past_stay
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION companies.refuse_unknown_member();
  CREATE TRIGGER past_stay_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON companies.member_past_stay
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE companies.member_past_stay ENABLE ALWAYS TRIGGER past_stay_is_append_only;

  -- The cost centres before the present one, [starts_on, ends_on); the first starts at -infinity.
  CREATE TABLE companies.member_past_cost_centre (
    member_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    cost_centre text,
    PRIMARY KEY (member_id, starts_on),
    CONSTRAINT past_cost_centre_has_days CHECK (starts_on < ends_on AND isfinite(ends_on))
  );
  CREATE TRIGGER past_cost_centre_member_exists AFTER INSERT ON companies.member_past_cost_centre
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION companies.refuse_unknown_member();

  -- Whether a member holds a running enrolment from a day on, until the next day that says something.
  CREATE TABLE companies.member_enrolment (
    member_id uuid NOT NULL,
    effective_on date NOT NULL,
    enrolled boolean NOT NULL,
    PRIMARY KEY (member_id, effective_on)
  );
  CREATE TRIGGER member_enrolment_member_exists AFTER INSERT ON companies.member_enrolment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION companies.refuse_unknown_member();
`;

const ERASURE = `
  -- Who asked for it, when and why; nothing of what was erased.
  CREATE TABLE companies.member_erasure (
    member_id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    erased_at timestamptz NOT NULL,
    erased_by text NOT NULL,
    reason text NOT NULL CONSTRAINT erasure_has_a_reason CHECK (reason <> '')
  );
  CREATE TRIGGER erasure_member_exists AFTER INSERT ON companies.member_erasure
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION companies.refuse_unknown_member();
  CREATE TRIGGER erasure_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON companies.member_erasure
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE companies.member_erasure ENABLE ALWAYS TRIGGER erasure_is_append_only;
`;

/** The log counts each person in a cost centre, or in none; the company's count is the sum over them. */
const HEADCOUNT = `
  ALTER TABLE companies.headcount_change
    ADD COLUMN cost_centre text,
    DROP CONSTRAINT headcount_change_measure_is_known,
    ADD CONSTRAINT headcount_change_measure_is_known CHECK (measure IN ('eligible', 'enrolled'));
  DROP INDEX companies.headcount_change_of_company;
  CREATE INDEX headcount_change_of_company ON companies.headcount_change (company_id, measure, effective_on) INCLUDE (change, cost_centre);

  -- What was counted without a cost centre moves to where it belongs; the sums of the companies stay.
  INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id, cost_centre)
  SELECT company_id, 'eligible', day, sum(moved), 'company', company_id, cost_centre
    FROM (SELECT company_id, eligible_from AS day, 1 AS moved, cost_centre FROM companies.member WHERE cost_centre IS NOT NULL
          UNION ALL
          SELECT company_id, eligible_from, -1, NULL FROM companies.member WHERE cost_centre IS NOT NULL
          UNION ALL
          SELECT company_id, left_on, -1, cost_centre FROM companies.member WHERE cost_centre IS NOT NULL AND left_on IS NOT NULL
          UNION ALL
          SELECT company_id, left_on, 1, NULL FROM companies.member WHERE cost_centre IS NOT NULL AND left_on IS NOT NULL) AS moves
   GROUP BY company_id, day, cost_centre
  HAVING sum(moved) <> 0;
`;
