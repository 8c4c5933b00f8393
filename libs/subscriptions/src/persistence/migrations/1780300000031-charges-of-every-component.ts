// Charges of every component: quantities with decimals, adjustments below nothing, payroll, and the facts they came from.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class ChargesOfEveryComponent1780300000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMNS);
    await runner.query(immutable('facts, '));
    await runner.query(guard(`IN ('fee', 'adjustment')`, `NOT IN ('fee', 'adjustment')`, OF_ITS_KIND));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMNS_AS_BEFORE);
    await runner.query(immutable(''));
    await runner.query(guard(`= 'fee'`, `<> 'fee'`, ''));
  }
}

const COLUMNS = `
  -- Half away from zero on both sides of zero: the division of whole numbers cuts towards zero.
  CREATE OR REPLACE FUNCTION subscriptions.earned(total bigint, period_days int, elapsed int) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (2 * total * elapsed + CASE WHEN total < 0 THEN -period_days ELSE period_days END) / (2 * period_days);

  DROP TRIGGER charge_is_immutable ON subscriptions.charge;
  ALTER TABLE subscriptions.charge
    ALTER COLUMN quantity TYPE numeric,
    -- What of the timelines it came from: changes by seq, price, subsidy, discounts, or what it was computed on.
    ADD COLUMN facts jsonb NOT NULL DEFAULT '{}',
    DROP CONSTRAINT charge_component_is_known,
    DROP CONSTRAINT charge_payer_pays_such_components,
    DROP CONSTRAINT charge_plan_is_of_an_enrolment,
    DROP CONSTRAINT charge_total_is_not_negative,
    ADD CONSTRAINT charge_component_is_known CHECK (component_type IN ('fee', 'adjustment', 'enrolment-company', 'enrolment-member')),
    -- The member's part is asked of the member, or through payroll of the company.
    ADD CONSTRAINT charge_payer_pays_such_components
      CHECK (payer_type = 'company' OR (payer_type = 'member' AND component_type = 'enrolment-member')),
    ADD CONSTRAINT charge_plan_is_of_an_enrolment CHECK ((plan_id IS NULL) = (component_type IN ('fee', 'adjustment'))),
    ADD CONSTRAINT charge_total_is_not_negative
      CHECK ((period_total_minor >= 0 OR component_type = 'adjustment') AND subsidy_total_minor >= 0 AND unit_price_minor >= 0),
    ADD CONSTRAINT charge_quantity_has_at_most_four_decimals CHECK (scale(quantity) <= 4);
`;

/** Charges that could not be said before are left out. */
const COLUMNS_AS_BEFORE = `
  DROP TRIGGER charge_is_immutable ON subscriptions.charge;
  DELETE FROM subscriptions.charge WHERE component_type = 'adjustment' OR (component_type = 'enrolment-member' AND payer_type = 'company');
  CREATE OR REPLACE FUNCTION subscriptions.earned(total bigint, period_days int, elapsed int) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (2 * total * elapsed + period_days) / (2 * period_days);
  ALTER TABLE subscriptions.charge
    ALTER COLUMN quantity TYPE bigint USING round(quantity)::bigint,
    DROP COLUMN facts,
    DROP CONSTRAINT charge_quantity_has_at_most_four_decimals,
    DROP CONSTRAINT charge_component_is_known,
    DROP CONSTRAINT charge_payer_pays_such_components,
    DROP CONSTRAINT charge_plan_is_of_an_enrolment,
    DROP CONSTRAINT charge_total_is_not_negative,
    ADD CONSTRAINT charge_component_is_known CHECK (component_type IN ('fee', 'enrolment-company', 'enrolment-member')),
    ADD CONSTRAINT charge_payer_pays_such_components
      CHECK (payer_type = CASE component_type WHEN 'enrolment-member' THEN 'member' ELSE 'company' END),
    ADD CONSTRAINT charge_plan_is_of_an_enrolment CHECK ((plan_id IS NULL) = (component_type = 'fee')),
    ADD CONSTRAINT charge_total_is_not_negative CHECK (period_total_minor >= 0 AND subsidy_total_minor >= 0);
`;

/** Every column but document_id is listed, so a statement that sets one is refused before it reads a row. */
const immutable = (facts: string) => `
  CREATE TRIGGER charge_is_immutable BEFORE UPDATE OF id, corrects, period_total_minor, subsidy_total_minor, amount_minor,
      quantity, unit_price_minor, stretch_start, stretch_end, period_start, period_end, currency, kind, component_type,
      component_id, issuer_id, contract_id, company_id, payer_type, payer_id, plan_id, tax_inclusive, tax_category,
      explanation, ${facts}run_id, recorded_at OR DELETE OR TRUNCATE ON subscriptions.charge
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.charge ENABLE ALWAYS TRIGGER charge_is_immutable;
`;

/** A fee charges what is agreed, an adjustment what is computed on fees: less for a discount and a cap, more for a commitment. */
const OF_ITS_KIND = `
         AND CASE WHEN f.kind IN ('access-fee', 'one-off') THEN n.component_type = 'fee'
                  WHEN f.kind = 'commitment' THEN n.component_type = 'adjustment' AND n.period_total_minor >= 0
                  WHEN f.kind IN ('amount-discount', 'cap') THEN n.component_type = 'adjustment' AND n.period_total_minor <= 0
                  ELSE false END`;

/** The guard of charges as it was made, but for which of them are of fee components, and what these may charge. */
const guard = (ofFees: string, ofEnrolments: string, ofItsKind: string) => `
  CREATE OR REPLACE FUNCTION subscriptions.guard_charges() RETURNS trigger LANGUAGE plpgsql
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
    SELECT count(*), count(*) FILTER (WHERE component_type ${ofFees}) INTO charges, fees FROM fresh;
    PERFORM FROM (SELECT DISTINCT contract_id, issuer_id, company_id, currency FROM fresh) n
      JOIN subscriptions.contract c ON c.id = n.contract_id AND (c.issuer_id, c.company_id, c.currency) = (n.issuer_id, n.company_id, n.currency)
      ORDER BY c.id FOR SHARE OF c;
    GET DIAGNOSTICS contracts = ROW_COUNT;
    PERFORM FROM fresh n JOIN subscriptions.enrolment e ON e.id = n.component_id AND e.contract_id = n.contract_id
      WHERE n.component_type ${ofEnrolments} FOR NO KEY UPDATE OF e;
    GET DIAGNOSTICS locked = ROW_COUNT;
    IF fees > 0 THEN
      PERFORM FROM fresh n JOIN subscriptions.fee_component f ON f.id = n.component_id AND f.contract_id = n.contract_id
        WHERE n.component_type ${ofFees}${ofItsKind} FOR NO KEY UPDATE OF f;
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
`;
