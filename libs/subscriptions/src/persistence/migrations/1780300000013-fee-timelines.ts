// The components of a contract by dated terms: access and one-off fees, discounts, caps and commitments.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class FeeTimelines1780300000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TIERS);
    await runner.query(COMPONENTS);
    await runner.query(FEE_CHANGES);
    await runner.query(FEE_GUARDS);
    await runner.query(FEES_BY_TIMELINE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(FEES_AS_BEFORE);
  }
}

const TIERS = `
  -- [{"upTo": 10, "unitPriceMinor": "500", "flatMinor": "0"}, …, {"upTo": null, …}]: ascending, only the last without an end.
  CREATE FUNCTION subscriptions.tiers_are_sound(tiers jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(tiers) <> 'array' OR jsonb_array_length(tiers) NOT BETWEEN 1 AND 50 THEN false ELSE (
      SELECT bool_and(coalesce(
               jsonb_typeof(tier) = 'object'
               AND tier ->> 'unitPriceMinor' ~ '^[0-9]{1,15}$' AND jsonb_typeof(tier -> 'unitPriceMinor') = 'string'
               AND tier ->> 'flatMinor' ~ '^[0-9]{1,15}$' AND jsonb_typeof(tier -> 'flatMinor') = 'string'
               AND CASE WHEN no = jsonb_array_length(tiers) THEN jsonb_typeof(tier -> 'upTo') = 'null'
                        ELSE jsonb_typeof(tier -> 'upTo') = 'number' AND tier ->> 'upTo' ~ '^[1-9][0-9]{0,8}$'
                             AND (no = 1 OR (tier ->> 'upTo')::bigint > (before ->> 'upTo')::bigint) END, false))
        FROM (SELECT tier, no, lag(tier) OVER (ORDER BY no) AS before FROM jsonb_array_elements(tiers) WITH ORDINALITY AS t (tier, no)) AS walked) END
    $$;
`;

const COMPONENTS = `
  ALTER TABLE subscriptions.fee_component
    DROP CONSTRAINT fee_is_of_a_kind_that_can_be_rated,
    ADD COLUMN name text NOT NULL DEFAULT 'Access fee',
    -- The one component that a discount or cap is for; without it, all of the contract.
    ADD COLUMN target_id uuid,
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT fee_has_one_contract UNIQUE (id, contract_id),
    ADD CONSTRAINT fee_has_one_kind_and_timing UNIQUE (id, kind, timing),
    ADD CONSTRAINT fee_targets_a_component_of_its_contract FOREIGN KEY (target_id, contract_id) REFERENCES subscriptions.fee_component (id, contract_id),
    ADD CONSTRAINT fee_kind_is_known
      CHECK (kind IN ('access-fee', 'one-off', 'percent-discount', 'amount-discount', 'cap', 'commitment')),
    ADD CONSTRAINT fee_kind_has_its_timing CHECK (CASE kind WHEN 'commitment' THEN timing = 'arrears' WHEN 'one-off' THEN timing = 'advance' ELSE true END),
    ADD CONSTRAINT fee_target_is_of_what_reduces
      CHECK (target_id IS NULL OR (kind IN ('percent-discount', 'amount-discount', 'cap') AND target_id <> id)),
    ADD CONSTRAINT fee_has_a_name CHECK (name ~ '[^[:space:]]');
  ALTER TABLE subscriptions.fee_component ALTER COLUMN name DROP DEFAULT;
  CREATE INDEX fee_of_contract ON subscriptions.fee_component (contract_id);
`;

/** `terms` sets all terms of the component from a day on, `end` that it owes nothing more. A ramp is terms of several days. */
const FEE_CHANGES = `
  CREATE TABLE subscriptions.fee_change (
    component_id uuid NOT NULL,
    -- Kind and timing of the component, repeated so that the checks below can read them.
    component_kind text NOT NULL,
    component_timing text NOT NULL,
    seq int NOT NULL,
    effective_on date NOT NULL,
    kind text NOT NULL,
    price_model text,
    measure text,
    counted text,
    cost_centre text,
    on_decrease text,
    -- The price is for so many months; a period of m months costs m ÷ interval of it.
    interval_months int,
    -- Also the whole amount of a flat fee, and the price of a package.
    unit_price_minor bigint,
    package_size int,
    tiers jsonb,
    amount_minor bigint,
    percent numeric(7, 4),
    -- For so many periods from effective_on; null is without an end.
    periods int,
    -- Whether a commitment or cap is for each period or for the term.
    per text,
    tax_inclusive boolean,
    tax_category text,
    quantity int,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (component_id, seq),
    CONSTRAINT fee_change_is_of_a_component FOREIGN KEY (component_id, component_kind, component_timing)
      REFERENCES subscriptions.fee_component (id, kind, timing),
    CONSTRAINT fee_change_is_counted_from_one CHECK (seq >= 1),
    CONSTRAINT fee_change_is_terms_or_end CHECK (kind IN ('terms', 'end')),
    CONSTRAINT fee_end_has_no_terms CHECK (kind = 'terms' OR num_nonnulls(price_model, measure, counted, cost_centre, on_decrease, interval_months,
      unit_price_minor, package_size, tiers, amount_minor, percent, periods, per, tax_inclusive, tax_category, quantity) = 0),
    CONSTRAINT fee_terms_are_of_their_kind CHECK (kind = 'end' OR CASE component_kind
      WHEN 'access-fee' THEN num_nulls(price_model, measure, counted, on_decrease, interval_months, tax_inclusive, tax_category) = 0
        AND num_nonnulls(amount_minor, percent, periods, per, quantity) = 0
      WHEN 'one-off' THEN num_nulls(unit_price_minor, quantity, tax_inclusive, tax_category) = 0
        AND num_nonnulls(price_model, measure, counted, cost_centre, on_decrease, interval_months, package_size, tiers, amount_minor, percent, periods, per) = 0
      WHEN 'percent-discount' THEN percent IS NOT NULL
        AND num_nonnulls(price_model, measure, counted, cost_centre, on_decrease, interval_months, unit_price_minor, package_size, tiers, amount_minor, per,
          tax_inclusive, tax_category, quantity) = 0
      WHEN 'amount-discount' THEN num_nulls(amount_minor, tax_inclusive, tax_category) = 0
        AND num_nonnulls(price_model, measure, counted, cost_centre, on_decrease, interval_months, unit_price_minor, package_size, tiers, percent, per, quantity) = 0
      ELSE num_nulls(amount_minor, per, tax_inclusive, tax_category) = 0
        AND num_nonnulls(price_model, measure, counted, cost_centre, on_decrease, interval_months, unit_price_minor, package_size, tiers, percent, periods, quantity) = 0
      END),
    CONSTRAINT fee_price_is_of_its_model CHECK (price_model IS NULL OR CASE price_model
      WHEN 'flat' THEN unit_price_minor IS NOT NULL AND num_nonnulls(package_size, tiers) = 0
      WHEN 'perUnit' THEN unit_price_minor IS NOT NULL AND num_nonnulls(package_size, tiers) = 0
      WHEN 'package' THEN num_nulls(unit_price_minor, package_size) = 0 AND tiers IS NULL
      WHEN 'graduated' THEN tiers IS NOT NULL AND num_nonnulls(unit_price_minor, package_size) = 0
      WHEN 'volume' THEN tiers IS NOT NULL AND num_nonnulls(unit_price_minor, package_size) = 0
      ELSE false END),
    CONSTRAINT fee_tiers_are_sound CHECK (subscriptions.tiers_are_sound(tiers)),
    CONSTRAINT fee_measure_is_known CHECK (measure IN ('daily', 'periodStart', 'peak', 'average', 'periodEnd')),
    CONSTRAINT fee_measured_afterwards_is_in_arrears CHECK (measure IN ('daily', 'periodStart') OR component_timing = 'arrears'),
    CONSTRAINT fee_that_is_flat_measures_nobody CHECK (price_model <> 'flat' OR (measure = 'daily' AND on_decrease = 'credit')),
    CONSTRAINT fee_counts_a_known_measure CHECK (counted IN ('eligible', 'enrolled')),
    CONSTRAINT fee_policy_on_decrease_is_known CHECK (on_decrease = 'credit' OR (on_decrease = 'none' AND measure = 'daily')),
    CONSTRAINT fee_interval_is_a_cycle_of_the_year CHECK (interval_months IN (1, 3, 6, 12)),
    CONSTRAINT fee_is_not_negative CHECK (unit_price_minor >= 0 AND amount_minor >= 0 AND quantity >= 1 AND package_size >= 1),
    CONSTRAINT fee_discount_is_at_most_the_whole CHECK (percent > 0 AND percent <= 100),
    CONSTRAINT fee_discount_lasts_a_period_or_more CHECK (periods BETWEEN 1 AND 1200),
    CONSTRAINT fee_is_per_period_or_term CHECK (per IN ('period', 'term')),
    CONSTRAINT fee_tax_category_is_known CHECK (tax_category IN ('standard', 'reduced', 'exempt'))
  );
  CREATE TRIGGER fee_change_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions.fee_change
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.fee_change ENABLE ALWAYS TRIGGER fee_change_is_append_only;
`;

const FEE_GUARDS = `
  CREATE FUNCTION subscriptions.guard_fee_components() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender uuid;
  BEGIN
    SELECT n.id INTO offender FROM fresh n JOIN subscriptions.fee_component t ON t.id = n.target_id WHERE t.kind NOT IN ('access-fee', 'one-off') LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'component % is refused: only a fee can be discounted or capped', offender
        USING ERRCODE = 'check_violation', CONSTRAINT = 'fee_target_is_a_fee';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER fee_target_is_a_fee AFTER INSERT ON subscriptions.fee_component
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_fee_components();
  ALTER TABLE subscriptions.fee_component ENABLE ALWAYS TRIGGER fee_target_is_a_fee;

  CREATE FUNCTION subscriptions.guard_fee_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender record;
  BEGIN
    SELECT n.component_id, n.effective_on INTO offender FROM fresh n
     WHERE n.kind = 'end' AND NOT EXISTS (
       SELECT FROM subscriptions.fee_change c WHERE c.component_id = n.component_id AND c.kind = 'terms' AND c.effective_on <= n.effective_on) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'component % cannot end on %, which is before it starts', offender.component_id, offender.effective_on
        USING ERRCODE = 'check_violation', CONSTRAINT = 'fee_ends_after_it_starts';
    END IF;
    PERFORM subscriptions.refuse_undivided_cycles(ARRAY(
      SELECT f.contract_id FROM fresh n JOIN subscriptions.fee_component f ON f.id = n.component_id WHERE n.interval_months > 1));
    RETURN NULL;
  END $$;

  CREATE FUNCTION subscriptions.guard_cycles() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM subscriptions.refuse_undivided_cycles(ARRAY(SELECT contract_id FROM fresh WHERE kind = 'cycle'));
    RETURN NULL;
  END $$;

  -- A price for so many months can be told for a period only if the period is a whole number of them.
  CREATE FUNCTION subscriptions.refuse_undivided_cycles(contracts uuid[]) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE offender record;
  BEGIN
    IF cardinality(contracts) = 0 THEN RETURN; END IF;
    -- Cycle and component change under the contract's lock, so that neither can pass the other unseen.
    PERFORM FROM subscriptions.contract WHERE id = ANY (contracts) ORDER BY id FOR NO KEY UPDATE;
    WITH cycle AS (
      SELECT contract_id, effective_on AS start, lead(effective_on, 1, 'infinity') OVER (PARTITION BY contract_id ORDER BY effective_on) AS until, cycle_months
        FROM (SELECT DISTINCT ON (contract_id, effective_on) contract_id, effective_on, cycle_months FROM subscriptions.contract_change
               WHERE contract_id = ANY (contracts) AND kind = 'cycle' ORDER BY contract_id, effective_on, seq DESC) AS said
    ), fee AS (
      SELECT contract_id, component_id, effective_on AS start, lead(effective_on, 1, 'infinity') OVER (PARTITION BY component_id ORDER BY effective_on) AS until, interval_months
        FROM (SELECT DISTINCT ON (c.component_id, c.effective_on) f.contract_id, c.component_id, c.effective_on, c.interval_months
                FROM subscriptions.fee_component f JOIN subscriptions.fee_change c ON c.component_id = f.id
               WHERE f.contract_id = ANY (contracts) ORDER BY c.component_id, c.effective_on, c.seq DESC) AS said
    )
    SELECT fee.component_id, fee.interval_months, cycle.cycle_months INTO offender
      FROM fee JOIN cycle ON cycle.contract_id = fee.contract_id AND cycle.start < fee.until AND fee.start < cycle.until
     WHERE cycle.cycle_months % fee.interval_months <> 0 LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'the price of component % is for % months, which do not divide a cycle of %', offender.component_id, offender.interval_months, offender.cycle_months
        USING ERRCODE = 'check_violation', CONSTRAINT = 'fee_interval_divides_the_cycle';
    END IF;
  END $$;
`;

const FEES_BY_TIMELINE = `
  INSERT INTO subscriptions.fee_change (component_id, component_kind, component_timing, seq, effective_on, kind, price_model, measure, counted, on_decrease,
      interval_months, unit_price_minor, tax_inclusive, tax_category, recorded_by, reason)
    SELECT id, kind, timing, 1, starts_on, 'terms', price_model, measure, 'eligible', 'credit', 1, unit_price_minor, tax_inclusive, tax_category,
           'system', 'as it stood before reasons were kept'
      FROM subscriptions.fee_component
    UNION ALL
    SELECT id, kind, timing, 2, ends_on, 'end', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'system', 'as it stood before reasons were kept'
      FROM subscriptions.fee_component WHERE ends_on IS NOT NULL;
  ALTER TABLE subscriptions.fee_component DROP COLUMN price_model, DROP COLUMN measure, DROP COLUMN unit_price_minor,
    DROP COLUMN tax_inclusive, DROP COLUMN tax_category, DROP COLUMN starts_on, DROP COLUMN ends_on;

  CREATE TRIGGER fee_ends_after_it_starts AFTER INSERT ON subscriptions.fee_change
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_fee_changes();
  CREATE TRIGGER fee_interval_divides_the_cycle AFTER INSERT ON subscriptions.contract_change
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_cycles();
  CREATE TRIGGER fee_component_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions.fee_component
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.fee_change ENABLE ALWAYS TRIGGER fee_ends_after_it_starts;
  ALTER TABLE subscriptions.contract_change ENABLE ALWAYS TRIGGER fee_interval_divides_the_cycle;
  ALTER TABLE subscriptions.fee_component ENABLE ALWAYS TRIGGER fee_component_is_never_changed;
`;

/** Of a ramp the first terms stay; components that could not be said are left out. */
const FEES_AS_BEFORE = `
  DROP TRIGGER fee_interval_divides_the_cycle ON subscriptions.contract_change;
  DROP TRIGGER fee_component_is_never_changed ON subscriptions.fee_component;
  DROP TRIGGER fee_target_is_a_fee ON subscriptions.fee_component;
  ALTER TABLE subscriptions.fee_component DROP CONSTRAINT fee_targets_a_component_of_its_contract, DROP CONSTRAINT fee_kind_is_known,
    DROP CONSTRAINT fee_kind_has_its_timing, DROP CONSTRAINT fee_target_is_of_what_reduces, DROP CONSTRAINT fee_has_a_name,
    ADD COLUMN price_model text, ADD COLUMN measure text, ADD COLUMN unit_price_minor bigint, ADD COLUMN tax_inclusive boolean NOT NULL DEFAULT false,
    ADD COLUMN tax_category text, ADD COLUMN starts_on date, ADD COLUMN ends_on date;
  UPDATE subscriptions.fee_component f
     SET price_model = t.price_model, measure = t.measure, unit_price_minor = t.unit_price_minor, tax_inclusive = t.tax_inclusive,
         tax_category = t.tax_category, starts_on = t.effective_on, ends_on = e.effective_on
    FROM (SELECT DISTINCT ON (component_id) * FROM subscriptions.fee_change
           WHERE kind = 'terms' AND component_kind = 'access-fee' AND price_model IN ('flat', 'perUnit') AND measure = 'daily'
           ORDER BY component_id, effective_on, seq DESC) AS t
    LEFT JOIN LATERAL (SELECT kind, effective_on FROM subscriptions.fee_change WHERE component_id = t.component_id
                        ORDER BY effective_on DESC, seq DESC LIMIT 1) AS e ON e.kind = 'end' AND e.effective_on > t.effective_on
   WHERE t.component_id = f.id;
  DROP TABLE subscriptions.fee_change;
  DELETE FROM subscriptions.fee_component f WHERE starts_on IS NULL OR EXISTS (
    SELECT FROM subscriptions.fee_component o WHERE (o.contract_id, o.kind, o.starts_on) = (f.contract_id, f.kind, f.starts_on) AND o.id < f.id);
  DROP INDEX subscriptions.fee_of_contract;
  ALTER TABLE subscriptions.fee_component
    DROP CONSTRAINT fee_has_one_contract, DROP CONSTRAINT fee_has_one_kind_and_timing, DROP COLUMN name, DROP COLUMN target_id, DROP COLUMN created_at,
    ALTER COLUMN price_model SET NOT NULL, ALTER COLUMN measure SET NOT NULL, ALTER COLUMN unit_price_minor SET NOT NULL,
    ALTER COLUMN tax_category SET NOT NULL, ALTER COLUMN starts_on SET NOT NULL,
    ADD CONSTRAINT fee_is_of_a_kind_that_can_be_rated
      CHECK (kind = 'access-fee' AND price_model IN ('flat', 'perUnit') AND measure = 'daily'),
    ADD CONSTRAINT fee_is_not_negative CHECK (unit_price_minor >= 0),
    ADD CONSTRAINT fee_tax_category_is_known CHECK (tax_category IN ('standard', 'reduced', 'exempt')),
    ADD CONSTRAINT fee_ends_after_it_starts CHECK (ends_on > starts_on),
    ADD CONSTRAINT fee_is_one_per_kind_and_day UNIQUE (contract_id, kind, starts_on);
  DROP FUNCTION subscriptions.guard_fee_components(), subscriptions.guard_fee_changes(), subscriptions.guard_cycles(),
    subscriptions.refuse_undivided_cycles(uuid[]), subscriptions.tiers_are_sound(jsonb);
`;
