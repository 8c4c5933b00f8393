// Products above plans, tiers, what a price applies to, and subsidies that say who agreed them and can be mended.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Catalogue1780300000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PRODUCTS);
    await runner.query(PRICES);
    await runner.query(SUBSIDIES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(SUBSIDIES_AS_BEFORE);
    await runner.query(PRICES_AS_BEFORE);
    await runner.query(PRODUCTS_AS_BEFORE);
  }
}

/**
 * Plans on record go into one product for each tax category, because up to now a member held one plan at a time under a
 * contract, and so it stays: enrolments of one product may not overlap.
 */
const PRODUCTS = `
  CREATE TABLE subscriptions.product (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT product_code_is_unique UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT product_code_is_short CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$')
  );

  -- In force until the next one of the product; of two for one day the one recorded last.
  CREATE TABLE subscriptions.product_tax (
    product_id uuid NOT NULL REFERENCES subscriptions.product (id),
    seq int NOT NULL,
    effective_from date NOT NULL,
    tax_category text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (product_id, seq),
    CONSTRAINT product_tax_is_counted_from_one CHECK (seq >= 1),
    CONSTRAINT product_tax_category_is_known CHECK (tax_category IN ('standard', 'reduced', 'exempt'))
  );
  CREATE TRIGGER product_tax_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions.product_tax
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.product_tax ENABLE ALWAYS TRIGGER product_tax_is_append_only;

  INSERT INTO subscriptions.product (id, code, name)
    SELECT gen_random_uuid(), 'PLANS-' || upper(tax_category), 'Plans, ' || tax_category FROM (SELECT DISTINCT tax_category FROM subscriptions.plan) AS category;
  INSERT INTO subscriptions.product_tax (product_id, seq, effective_from, tax_category, recorded_by, reason)
    SELECT id, 1, '0001-01-01', lower(substr(code, 7)), 'system', 'as it stood before reasons were kept' FROM subscriptions.product;

  ALTER TABLE subscriptions.plan ADD COLUMN product_id uuid REFERENCES subscriptions.product (id), ADD COLUMN tier int,
    ADD COLUMN retired_from date;
  UPDATE subscriptions.plan p SET product_id = ranked.product_id, tier = ranked.tier
    FROM (SELECT l.id, o.id AS product_id, row_number() OVER (PARTITION BY o.id ORDER BY l.created_at, l.id) AS tier
            FROM subscriptions.plan l JOIN subscriptions.product o ON o.code = 'PLANS-' || upper(l.tax_category)) AS ranked
   WHERE ranked.id = p.id;
  ALTER TABLE subscriptions.plan ALTER COLUMN product_id SET NOT NULL, ALTER COLUMN tier SET NOT NULL, DROP COLUMN tax_category,
    ADD CONSTRAINT plan_tier_is_one_of_its_product UNIQUE (product_id, tier),
    ADD CONSTRAINT plan_tier_is_counted_from_one CHECK (tier >= 1);

  -- Files, enrolments and tiers hang on these; a plan's name and the day it is retired may change.
  CREATE TRIGGER plan_stays_in_its_product BEFORE UPDATE OF id, code, product_id, tier OR DELETE OR TRUNCATE ON subscriptions.plan
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.plan ENABLE ALWAYS TRIGGER plan_stays_in_its_product;
`;

const PRODUCTS_AS_BEFORE = `
  DROP TRIGGER plan_stays_in_its_product ON subscriptions.plan;
  ALTER TABLE subscriptions.plan ADD COLUMN tax_category text;
  UPDATE subscriptions.plan p SET tax_category = (
    SELECT t.tax_category FROM subscriptions.product_tax t WHERE t.product_id = p.product_id ORDER BY t.effective_from DESC, t.seq DESC LIMIT 1);
  ALTER TABLE subscriptions.plan ALTER COLUMN tax_category SET NOT NULL, DROP COLUMN product_id, DROP COLUMN tier, DROP COLUMN retired_from,
    ADD CONSTRAINT plan_tax_category_is_known CHECK (tax_category IN ('standard', 'reduced', 'exempt'));
  DROP TABLE subscriptions.product_tax, subscriptions.product;
`;

const PRICES = `
  ALTER TABLE subscriptions.price
    -- The amount is for so many months.
    ADD COLUMN interval_months int NOT NULL DEFAULT 1,
    -- Whom a new price reaches: everybody from its day, everybody from their next period, or contracts that begin from its day on.
    ADD COLUMN applies_to text NOT NULL DEFAULT 'all-from-date',
    ADD CONSTRAINT price_interval_is_a_cycle_of_the_year CHECK (interval_months IN (1, 3, 6, 12)),
    ADD CONSTRAINT price_applies_in_a_known_way CHECK (applies_to IN ('new-contracts', 'all-at-next-period', 'all-from-date')),
    DROP CONSTRAINT price_is_one_per_day,
    ADD CONSTRAINT price_is_one_per_day UNIQUE (plan_id, currency, interval_months, effective_from);
`;

const PRICES_AS_BEFORE = `
  ALTER TABLE subscriptions.price DISABLE TRIGGER price_is_append_only;
  DELETE FROM subscriptions.price WHERE interval_months <> 1;
  ALTER TABLE subscriptions.price ENABLE ALWAYS TRIGGER price_is_append_only;
  ALTER TABLE subscriptions.price
    DROP CONSTRAINT price_is_one_per_day,
    ADD CONSTRAINT price_is_one_per_day UNIQUE (plan_id, currency, effective_from),
    DROP COLUMN interval_months, DROP COLUMN applies_to;
`;

/** A rule without a plan holds for every plan that has none of its own. */
const SUBSIDIES = `
  ALTER TABLE subscriptions.subsidy_rule ADD COLUMN seq int, ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN recorded_by text NOT NULL DEFAULT 'system', ADD COLUMN reason text NOT NULL DEFAULT 'as it stood before reasons were kept';
  UPDATE subscriptions.subsidy_rule r SET seq = numbered.seq
    FROM (SELECT contract_id, plan_id, effective_from, row_number() OVER (PARTITION BY contract_id ORDER BY effective_from, plan_id) AS seq
            FROM subscriptions.subsidy_rule) AS numbered
   WHERE (r.contract_id, r.plan_id, r.effective_from) = (numbered.contract_id, numbered.plan_id, numbered.effective_from);
  ALTER TABLE subscriptions.subsidy_rule DROP CONSTRAINT subsidy_rule_pkey, ADD PRIMARY KEY (contract_id, seq),
    ALTER COLUMN plan_id DROP NOT NULL, ALTER COLUMN recorded_by DROP DEFAULT, ALTER COLUMN reason DROP DEFAULT,
    ADD CONSTRAINT subsidy_is_counted_from_one CHECK (seq >= 1);
  CREATE TRIGGER subsidy_rule_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions.subsidy_rule
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.subsidy_rule ENABLE ALWAYS TRIGGER subsidy_rule_is_append_only;

  -- Said only where it can be said: a fixed amount is above every price that the plan has had by the rule's first day.
  CREATE FUNCTION subscriptions.guard_subsidies() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender record;
  BEGIN
    SELECT n.contract_id, n.amount_minor, p.amount_minor AS price INTO offender
      FROM fresh n JOIN subscriptions.contract k ON k.id = n.contract_id
      JOIN LATERAL (SELECT max(o.amount_minor) AS amount_minor FROM subscriptions.price o
                     WHERE o.plan_id = n.plan_id AND o.currency = k.currency AND o.interval_months = 1
                       AND o.effective_from <= n.effective_from) AS p ON true
     WHERE n.mode = 'fixed' AND n.amount_minor > p.amount_minor LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'a subsidy of contract % is refused: % is above the price of %', offender.contract_id, offender.amount_minor, offender.price
        USING ERRCODE = 'check_violation', CONSTRAINT = 'subsidy_is_at_most_the_price';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER subsidy_is_at_most_the_price AFTER INSERT ON subscriptions.subsidy_rule
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_subsidies();
  ALTER TABLE subscriptions.subsidy_rule ENABLE ALWAYS TRIGGER subsidy_is_at_most_the_price;
`;

/** Of rules for one plan and day the last one stays; rules for every plan could not be said. */
const SUBSIDIES_AS_BEFORE = `
  DROP TRIGGER subsidy_is_at_most_the_price ON subscriptions.subsidy_rule;
  DROP FUNCTION subscriptions.guard_subsidies();
  DROP TRIGGER subsidy_rule_is_append_only ON subscriptions.subsidy_rule;
  DELETE FROM subscriptions.subsidy_rule r WHERE plan_id IS NULL OR EXISTS (
    SELECT FROM subscriptions.subsidy_rule o
     WHERE (o.contract_id, o.plan_id, o.effective_from) = (r.contract_id, r.plan_id, r.effective_from) AND o.seq > r.seq);
  ALTER TABLE subscriptions.subsidy_rule DROP CONSTRAINT subsidy_rule_pkey, DROP CONSTRAINT subsidy_is_counted_from_one,
    ALTER COLUMN plan_id SET NOT NULL, ADD PRIMARY KEY (contract_id, plan_id, effective_from),
    DROP COLUMN seq, DROP COLUMN recorded_at, DROP COLUMN recorded_by, DROP COLUMN reason;
`;
