// Catalogue, contracts, enrolments with their timelines, and the charges on record.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Subscriptions1780300000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CATALOGUE_AND_CONTRACTS);
    await runner.query(ENROLMENTS);
    await runner.query(CHARGES);
    await runner.query(CHARGE_GUARD);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE subscriptions.charge, subscriptions.enrolment_change, subscriptions.enrolment, subscriptions.subsidy_rule,
        subscriptions.fee_component, subscriptions.contract, subscriptions.price, subscriptions.plan;
      DROP FUNCTION subscriptions.guard_charges(), subscriptions.guard_enrolment_changes(), subscriptions.guard_enrolments(),
        subscriptions.earned(bigint, int, int);
      DROP SCHEMA subscriptions;
    `);
  }
}

const CATALOGUE_AND_CONTRACTS = `
  CREATE SCHEMA subscriptions;

  CREATE TABLE subscriptions.plan (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT plan_code_is_unique UNIQUE,
    name text NOT NULL,
    tax_category text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plan_code_is_short CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
    CONSTRAINT plan_tax_category_is_known CHECK (tax_category IN ('standard', 'reduced', 'exempt'))
  );

  -- By the month, in force until the next one of the plan and currency.
  CREATE TABLE subscriptions.price (
    id uuid PRIMARY KEY,
    plan_id uuid NOT NULL REFERENCES subscriptions.plan (id),
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    tax_inclusive boolean NOT NULL,
    effective_from date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT price_is_one_per_day UNIQUE (plan_id, currency, effective_from),
    CONSTRAINT price_is_not_negative CHECK (amount_minor >= 0)
  );
  CREATE TRIGGER price_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions.price
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.price ENABLE ALWAYS TRIGGER price_is_append_only;

  CREATE TABLE subscriptions.contract (
    id uuid PRIMARY KEY,
    number text NOT NULL CONSTRAINT contract_number_is_unique UNIQUE,
    issuer_id uuid NOT NULL REFERENCES platform.issuer (id),
    company_id uuid NOT NULL REFERENCES companies.company (id),
    currency char(3) NOT NULL,
    time_zone text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    anchor_day int NOT NULL,
    cycle_months int NOT NULL,
    enrolment_timing text NOT NULL DEFAULT 'advance',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT contract_ends_after_it_starts CHECK (ends_on > starts_on),
    CONSTRAINT contract_anchor_is_a_day_of_the_month CHECK (anchor_day BETWEEN 1 AND 31),
    CONSTRAINT contract_cycle_is_at_most_ten_years CHECK (cycle_months BETWEEN 1 AND 120),
    CONSTRAINT contract_timing_is_known CHECK (enrolment_timing IN ('advance', 'arrears')),
    CONSTRAINT contract_has_one_issuer UNIQUE (id, issuer_id)
  );
  CREATE INDEX contract_of_company ON subscriptions.contract (company_id);

  CREATE TABLE subscriptions.fee_component (
    id uuid PRIMARY KEY,
    contract_id uuid NOT NULL REFERENCES subscriptions.contract (id),
    kind text NOT NULL,
    price_model text NOT NULL,
    measure text NOT NULL,
    timing text NOT NULL,
    unit_price_minor bigint NOT NULL,
    tax_inclusive boolean NOT NULL DEFAULT false,
    tax_category text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    CONSTRAINT fee_is_of_a_kind_that_can_be_rated
      CHECK (kind = 'access-fee' AND price_model IN ('flat', 'perUnit') AND measure = 'daily'),
    CONSTRAINT fee_timing_is_known CHECK (timing IN ('advance', 'arrears')),
    CONSTRAINT fee_is_not_negative CHECK (unit_price_minor >= 0),
    CONSTRAINT fee_tax_category_is_known CHECK (tax_category IN ('standard', 'reduced', 'exempt')),
    CONSTRAINT fee_ends_after_it_starts CHECK (ends_on > starts_on),
    CONSTRAINT fee_is_one_per_kind_and_day UNIQUE (contract_id, kind, starts_on)
  );

  -- By the month and member, in force until the next one of the contract and plan.
  CREATE TABLE subscriptions.subsidy_rule (
    contract_id uuid NOT NULL REFERENCES subscriptions.contract (id),
    plan_id uuid NOT NULL REFERENCES subscriptions.plan (id),
    effective_from date NOT NULL,
    mode text NOT NULL,
    amount_minor bigint,
    percent numeric(7, 4),
    cap_minor bigint,
    PRIMARY KEY (contract_id, plan_id, effective_from),
    CONSTRAINT subsidy_is_fixed_or_percent CHECK (
      (mode = 'fixed' AND amount_minor IS NOT NULL AND percent IS NULL) OR
      (mode = 'percent' AND percent IS NOT NULL AND amount_minor IS NULL)),
    CONSTRAINT subsidy_is_not_negative CHECK (amount_minor >= 0 AND cap_minor >= 0),
    CONSTRAINT subsidy_is_at_most_the_whole CHECK (percent BETWEEN 0 AND 100)
  );
`;

const ENROLMENTS = `
  -- One row for each; no foreign keys, because a guard keeps the same rule once per statement.
  CREATE TABLE subscriptions.enrolment (
    id uuid PRIMARY KEY,
    issuer_id uuid NOT NULL,
    contract_id uuid NOT NULL,
    member_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX enrolment_of_member ON subscriptions.enrolment (issuer_id, member_id);
  CREATE INDEX enrolment_of_contract ON subscriptions.enrolment (contract_id, member_id);

  CREATE FUNCTION subscriptions.guard_enrolments() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender uuid;
  BEGIN
    SELECT n.id INTO offender FROM fresh n
      LEFT JOIN subscriptions.contract c ON c.id = n.contract_id AND c.issuer_id = n.issuer_id
      LEFT JOIN companies.member m ON m.id = n.member_id AND m.company_id = c.company_id
      LEFT JOIN subscriptions.plan p ON p.id = n.plan_id
     WHERE m.id IS NULL OR p.id IS NULL LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'enrolment % is refused: its member must be of the company of its contract, and its plan must exist', offender
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'enrolment_is_of_its_contracts_company';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER enrolment_is_of_its_contracts_company AFTER INSERT ON subscriptions.enrolment
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_enrolments();
  CREATE TRIGGER enrolment_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions.enrolment
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.enrolment ENABLE ALWAYS TRIGGER enrolment_is_of_its_contracts_company;
  ALTER TABLE subscriptions.enrolment ENABLE ALWAYS TRIGGER enrolment_is_never_changed;

  -- The timeline: on each day the change with the latest effective_on decides, among those of one day the highest seq.
  CREATE TABLE subscriptions.enrolment_change (
    enrolment_id uuid NOT NULL,
    seq int NOT NULL,
    effective_on date NOT NULL,
    kind text NOT NULL,
    plan_id uuid,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (enrolment_id, seq),
    CONSTRAINT enrolment_change_is_counted_from_one CHECK (seq >= 1),
    CONSTRAINT enrolment_change_starts_a_plan_or_ends
      CHECK ((kind = 'start' AND plan_id IS NOT NULL) OR (kind = 'end' AND plan_id IS NULL))
  );
  CREATE FUNCTION subscriptions.guard_enrolment_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender uuid;
  BEGIN
    SELECT n.enrolment_id INTO offender FROM fresh n
      LEFT JOIN subscriptions.enrolment e ON e.id = n.enrolment_id
     WHERE e.id IS NULL OR (n.plan_id IS NOT NULL AND NOT EXISTS (SELECT FROM subscriptions.plan p WHERE p.id = n.plan_id)) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'a change of enrolment % is refused: the enrolment and the plan must exist', offender
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'enrolment_change_is_of_an_enrolment';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER enrolment_change_is_of_an_enrolment AFTER INSERT ON subscriptions.enrolment_change
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_enrolment_changes();
  CREATE TRIGGER enrolment_change_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions.enrolment_change
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.enrolment_change ENABLE ALWAYS TRIGGER enrolment_change_is_of_an_enrolment;
  ALTER TABLE subscriptions.enrolment_change ENABLE ALWAYS TRIGGER enrolment_change_is_append_only;
`;

const CHARGES = `
  -- What a period's total has earned after so many of its days, half away from zero: the kernel's earnedDays, in SQL.
  CREATE FUNCTION subscriptions.earned(total bigint, period_days int, elapsed int) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (2 * total * elapsed + period_days) / (2 * period_days);

  CREATE TABLE subscriptions.charge (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The charge that a credit takes back, or that the charge beside the credit takes the place of.
    corrects bigint,
    -- Full-period total of the payer; amounts of the currency's minor unit.
    period_total_minor bigint NOT NULL,
    -- On the member's part: the full-period total of the company's part of the same price. It telescopes by itself.
    subsidy_total_minor bigint NOT NULL,
    -- What the stretch earns of the total; a credit's is negative.
    amount_minor bigint NOT NULL,
    quantity bigint NOT NULL,
    unit_price_minor bigint NOT NULL,
    stretch_start date NOT NULL,
    stretch_end date NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    currency char(3) NOT NULL,
    kind text NOT NULL,
    component_type text NOT NULL,
    component_id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    contract_id uuid NOT NULL,
    company_id uuid NOT NULL,
    payer_type text NOT NULL,
    payer_id uuid NOT NULL,
    plan_id uuid,
    tax_inclusive boolean NOT NULL,
    tax_category text NOT NULL,
    explanation text NOT NULL,
    run_id uuid NOT NULL,
    document_id uuid,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT charge_kind_is_known CHECK (kind = 'charge' OR (kind = 'credit' AND corrects IS NOT NULL)),
    CONSTRAINT charge_component_is_known CHECK (component_type IN ('fee', 'enrolment-company', 'enrolment-member')),
    CONSTRAINT charge_payer_pays_such_components
      CHECK (payer_type = CASE component_type WHEN 'enrolment-member' THEN 'member' ELSE 'company' END),
    CONSTRAINT charge_plan_is_of_an_enrolment CHECK ((plan_id IS NULL) = (component_type = 'fee')),
    CONSTRAINT charge_total_is_not_negative CHECK (period_total_minor >= 0 AND subsidy_total_minor >= 0),
    CONSTRAINT charge_subsidy_is_beside_the_members_part CHECK (subsidy_total_minor = 0 OR component_type = 'enrolment-member'),
    CONSTRAINT charge_stretch_lies_in_its_period
      CHECK (period_start <= stretch_start AND stretch_start < stretch_end AND stretch_end <= period_end),
    CONSTRAINT charge_amount_is_what_the_stretch_earns CHECK (
      amount_minor * CASE kind WHEN 'credit' THEN -1 ELSE 1 END = CASE
        WHEN stretch_start = period_start AND stretch_end = period_end THEN period_total_minor ELSE
        subscriptions.earned(period_total_minor + subsidy_total_minor, period_end - period_start, stretch_end - period_start)
        - subscriptions.earned(period_total_minor + subsidy_total_minor, period_end - period_start, stretch_start - period_start)
        - subscriptions.earned(subsidy_total_minor, period_end - period_start, stretch_end - period_start)
        + subscriptions.earned(subsidy_total_minor, period_end - period_start, stretch_start - period_start) END)
  );
  CREATE INDEX charge_of_component ON subscriptions.charge (component_id, component_type, stretch_end);
  CREATE INDEX charge_unbilled ON subscriptions.charge (payer_id, payer_type) WHERE document_id IS NULL;

  -- Every column but document_id is listed, so a statement that sets one is refused before it reads a row.
  CREATE TRIGGER charge_is_immutable BEFORE UPDATE OF id, corrects, period_total_minor, subsidy_total_minor, amount_minor,
      quantity, unit_price_minor, stretch_start, stretch_end, period_start, period_end, currency, kind, component_type,
      component_id, issuer_id, contract_id, company_id, payer_type, payer_id, plan_id, tax_inclusive, tax_category,
      explanation, run_id, recorded_at OR DELETE OR TRUNCATE ON subscriptions.charge
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  CREATE TRIGGER charge_goes_on_one_document_once BEFORE UPDATE OF document_id ON subscriptions.charge
    FOR EACH ROW WHEN (OLD.document_id IS NOT NULL OR NEW.document_id IS NULL) EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.charge ENABLE ALWAYS TRIGGER charge_is_immutable;
  ALTER TABLE subscriptions.charge ENABLE ALWAYS TRIGGER charge_goes_on_one_document_once;
`;

/**
 * The guard of the law "on every component-day at most one charge is in force" (ADR 0004). Most statements charge days that
 * nobody has charged before, and one index lookup a row finds that out; only components for which the lookup finds
 * something are added up. The planner is kept to those lookups, because a plan made while the table is
 * small would be kept when it is not.
 */
const CHARGE_GUARD = `
  CREATE FUNCTION subscriptions.guard_charges() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
  DECLARE
    charges bigint;
    fees bigint;
    contracts bigint;
    locked bigint;
    locked_fees bigint := 0;
    suspects uuid[];
    offender record;
  BEGIN
    -- Statements below must see what the transaction they waited for has committed; on an older snapshot they do not.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'charges are recorded in READ COMMITTED only: their guard waits for a lock and then looks'
        USING ERRCODE = 'invalid_transaction_state', CONSTRAINT = 'charge_is_recorded_in_read_committed';
    END IF;

    -- Contracts first, then components: the order of everybody who charges. They lock in the order of ids beforehand, so
    -- that nothing waits here. What is not found is not locked, so the counts tell whether what is charged belongs together.
    SELECT count(*), count(*) FILTER (WHERE component_type = 'fee') INTO charges, fees FROM fresh;
    PERFORM FROM (SELECT DISTINCT contract_id, issuer_id, company_id, currency FROM fresh) n
      JOIN subscriptions.contract c ON c.id = n.contract_id AND (c.issuer_id, c.company_id, c.currency) = (n.issuer_id, n.company_id, n.currency)
      ORDER BY c.id FOR SHARE OF c;
    GET DIAGNOSTICS contracts = ROW_COUNT;
    PERFORM FROM fresh n JOIN subscriptions.enrolment e ON e.id = n.component_id AND e.contract_id = n.contract_id
      WHERE n.component_type <> 'fee' FOR NO KEY UPDATE OF e;
    GET DIAGNOSTICS locked = ROW_COUNT;
    IF fees > 0 THEN
      PERFORM FROM fresh n JOIN subscriptions.fee_component f ON f.id = n.component_id AND f.contract_id = n.contract_id
        WHERE n.component_type = 'fee' FOR NO KEY UPDATE OF f;
      GET DIAGNOSTICS locked_fees = ROW_COUNT;
    END IF;
    IF locked + locked_fees <> charges
        OR contracts <> (SELECT count(*) FROM (SELECT DISTINCT contract_id, issuer_id, company_id, currency FROM fresh) AS n) THEN
      RAISE EXCEPTION 'a charge is refused: its component, contract, issuer, company and currency must belong together'
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'charge_is_of_its_contract';
    END IF;

    SELECT array_agg(DISTINCT n.component_id) INTO suspects FROM fresh n
     WHERE n.kind = 'credit' OR EXISTS (
       SELECT FROM subscriptions.charge o
        WHERE o.component_id = n.component_id AND o.component_type = n.component_type
          AND o.stretch_end > n.stretch_start AND o.stretch_start < n.stretch_end AND o.id <> n.id);
    IF suspects IS NULL THEN RETURN NULL; END IF;

    SELECT n.id, n.component_id INTO offender FROM fresh n
      LEFT JOIN subscriptions.charge o ON o.id = n.corrects
     WHERE n.kind = 'credit' AND (o.kind = 'charge' AND
         (o.component_id, o.component_type, o.period_start, o.period_end, o.period_total_minor, o.subsidy_total_minor, o.quantity,
          o.unit_price_minor, o.currency, o.issuer_id, o.contract_id, o.company_id, o.payer_type, o.payer_id, o.tax_inclusive, o.tax_category)
       = (n.component_id, n.component_type, n.period_start, n.period_end, n.period_total_minor, n.subsidy_total_minor, n.quantity,
          n.unit_price_minor, n.currency, n.issuer_id, n.contract_id, n.company_id, n.payer_type, n.payer_id, n.tax_inclusive, n.tax_category)
       AND o.plan_id IS NOT DISTINCT FROM n.plan_id) IS NOT TRUE LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'credit % of component % is refused: it must mirror the charge it corrects', offender.id, offender.component_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_mirrors_the_charge_it_corrects';
    END IF;

    -- Each charge less its credits is 0 or 1 on every day; the running sum over the component is then 0 or 1 as well.
    SELECT component_id, day, in_force, of_one_charge INTO offender FROM (
      SELECT component_id, day,
             sum(step) OVER (PARTITION BY component_id, component_type ORDER BY day RANGE UNBOUNDED PRECEDING) AS in_force,
             sum(step) OVER (PARTITION BY component_id, component_type, charge_id ORDER BY day RANGE UNBOUNDED PRECEDING) AS of_one_charge
        FROM (SELECT c.component_id, c.component_type, CASE c.kind WHEN 'credit' THEN c.corrects ELSE c.id END AS charge_id, at.day, at.step
                FROM subscriptions.charge c,
                     LATERAL (VALUES (c.stretch_start, CASE c.kind WHEN 'credit' THEN -1 ELSE 1 END),
                                     (c.stretch_end, CASE c.kind WHEN 'credit' THEN 1 ELSE -1 END)) AS at (day, step)
               WHERE c.component_id = ANY (suspects)) AS steps) AS days
     WHERE in_force NOT IN (0, 1) OR of_one_charge NOT IN (0, 1) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'component % would have % charges in force on %', offender.component_id,
        CASE WHEN offender.in_force IN (0, 1) THEN offender.of_one_charge ELSE offender.in_force END, offender.day
        USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'one_charge_is_in_force_on_a_component_day';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER one_charge_is_in_force_on_a_component_day AFTER INSERT ON subscriptions.charge
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_charges();
  ALTER TABLE subscriptions.charge ENABLE ALWAYS TRIGGER one_charge_is_in_force_on_a_component_day;
`;
