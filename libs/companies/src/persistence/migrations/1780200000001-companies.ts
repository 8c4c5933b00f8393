// Companies, their members, and the log of their headcount.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Companies1780200000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA companies');
    await runner.query(COMPANY);
    await runner.query(HIERARCHY);
    await runner.query(MEMBER);
    await runner.query(HEADCOUNT_CHANGE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE companies.headcount_change, companies.member, companies.company;
      DROP FUNCTION companies.refuse_unknown_company(), companies.refuse_other_company(), companies.refuse_company_cycle(),
        companies.refuse_company_removal();
      DROP SCHEMA companies;
    `);
  }
}

const COMPANY = `
  CREATE TABLE companies.company (
    id uuid PRIMARY KEY,
    number text NOT NULL CONSTRAINT company_number_is_unique UNIQUE CONSTRAINT company_has_a_number CHECK (number <> ''),
    legal_name text NOT NULL CONSTRAINT company_has_a_legal_name CHECK (legal_name <> ''),
    trade_name text,
    country char(2) NOT NULL CONSTRAINT company_country_is_a_code CHECK (country ~ '^[A-Z]{2}$'),
    tax_id text,
    vat_status text NOT NULL DEFAULT 'unchecked' CONSTRAINT company_vat_status_is_known
      CHECK (vat_status IN ('valid', 'invalid', 'unchecked', 'not-required')),
    vat_checked_on date,
    currency char(3) NOT NULL CONSTRAINT company_currency_is_a_code CHECK (currency ~ '^[A-Z]{3}$'),
    language text NOT NULL,
    time_zone text NOT NULL,
    payment_terms_days int NOT NULL CONSTRAINT company_payment_terms_are_0_to_365_days CHECK (payment_terms_days BETWEEN 0 AND 365),
    email text,
    address_line text,
    postal_code text,
    city text,
    parent_id uuid CONSTRAINT company_parent_exists REFERENCES companies.company (id),
    payer_id uuid CONSTRAINT company_payer_exists REFERENCES companies.company (id),
    status text NOT NULL DEFAULT 'active' CONSTRAINT company_status_is_known CHECK (status IN ('active', 'suspended', 'closed')),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT company_is_not_its_own_parent CHECK (parent_id <> id),
    CONSTRAINT company_is_not_its_own_payer CHECK (payer_id <> id),
    CONSTRAINT company_vat_check_has_a_number CHECK (tax_id IS NOT NULL OR vat_status IN ('unchecked', 'not-required'))
  );
  CREATE INDEX company_children ON companies.company (parent_id) WHERE parent_id IS NOT NULL;
  CREATE INDEX company_paid_for ON companies.company (payer_id) WHERE payer_id IS NOT NULL;

  -- Members, headcount and documents name the company for ever, without a foreign key on their millions of rows.
  CREATE FUNCTION companies.refuse_company_removal() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% of a company is refused: a company is closed, never removed', TG_OP USING ERRCODE = 'restrict_violation';
  END $$;
  CREATE TRIGGER company_is_never_removed BEFORE DELETE OR TRUNCATE ON companies.company
    FOR EACH STATEMENT EXECUTE FUNCTION companies.refuse_company_removal();
  ALTER TABLE companies.company ENABLE ALWAYS TRIGGER company_is_never_removed;
`;

/** One change of the hierarchy at a time: two that are harmless alone could close a circle together. */
const HIERARCHY = `
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

/** Rows come by the million, so a trigger per statement stands in for the foreign key to company. */
const MEMBER = `
  CREATE TABLE companies.member (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    employee_id text NOT NULL CONSTRAINT member_has_an_employee_id CHECK (employee_id <> ''),
    name text NOT NULL CONSTRAINT member_has_a_name CHECK (name <> ''),
    email text,
    cost_centre text,
    status text NOT NULL DEFAULT 'eligible' CONSTRAINT member_status_is_known CHECK (status IN ('eligible', 'enrolled', 'left')),
    eligible_from date NOT NULL,
    -- The first day on which the member no longer counts; it may lie ahead.
    left_on date,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT member_employee_id_is_unique_in_its_company UNIQUE (company_id, employee_id),
    CONSTRAINT member_leaves_after_becoming_eligible CHECK (eligible_from < left_on),
    CONSTRAINT member_that_leaves_has_a_day CHECK ((status = 'left') = (left_on IS NOT NULL))
  );

  CREATE FUNCTION companies.refuse_unknown_company() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    unknown uuid;
  BEGIN
    SELECT added.company_id INTO unknown FROM (SELECT DISTINCT company_id FROM added) AS added
     WHERE NOT EXISTS (SELECT FROM companies.company WHERE company.id = added.company_id) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'company % does not exist', unknown
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME, SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER member_company_exists AFTER INSERT ON companies.member
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION companies.refuse_unknown_company();

  CREATE FUNCTION companies.refuse_other_company() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'member % cannot move to another company', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
  END $$;
  CREATE TRIGGER member_stays_in_its_company BEFORE UPDATE OF company_id ON companies.member
    FOR EACH ROW WHEN (NEW.company_id <> OLD.company_id) EXECUTE FUNCTION companies.refuse_other_company();
`;

const HEADCOUNT_CHANGE = `
  CREATE TABLE companies.headcount_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id uuid NOT NULL,
    measure text NOT NULL CONSTRAINT headcount_change_measure_is_known CHECK (measure IN ('eligible')),
    effective_on date NOT NULL,
    change int NOT NULL CONSTRAINT headcount_change_changes_something CHECK (change <> 0),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    -- What it was recorded for: 'run' and the id of the import, 'member' and the id of the member.
    source_type text NOT NULL,
    source_id uuid NOT NULL
  );
  CREATE INDEX headcount_change_of_company ON companies.headcount_change (company_id, measure, effective_on) INCLUDE (change);

  CREATE TRIGGER headcount_change_company_exists AFTER INSERT ON companies.headcount_change
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION companies.refuse_unknown_company();
  CREATE TRIGGER headcount_change_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON companies.headcount_change
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE companies.headcount_change ENABLE ALWAYS TRIGGER headcount_change_is_append_only;
`;
