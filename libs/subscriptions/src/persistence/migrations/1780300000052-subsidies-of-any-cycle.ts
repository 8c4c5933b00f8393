// A fixed subsidy is at most the price of the contract's cycle, and not only of a month.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class SubsidiesOfAnyCycle1780300000052 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Said only where it can be said: the amount is above every price for the longest interval that divides the cycle of the rule's first day,
      -- of those that the plan has had by then and that reach the contract.
      CREATE OR REPLACE FUNCTION subscriptions.guard_subsidies() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE offender record;
      BEGIN
        SELECT n.contract_id, n.amount_minor, p.amount_minor AS price, p.interval_months INTO offender
          FROM fresh n JOIN subscriptions.contract k ON k.id = n.contract_id
         CROSS JOIN LATERAL subscriptions.contract_state_of(n.contract_id, n.effective_from) AS s
         CROSS JOIN LATERAL (SELECT o.interval_months, max(o.amount_minor) AS amount_minor FROM subscriptions.price o
                              WHERE o.plan_id = n.plan_id AND o.currency = k.currency AND o.effective_from <= n.effective_from
                                AND mod(coalesce(s.cycle_months, 1), o.interval_months) = 0
                                AND (o.applies_to <> 'new-contracts' OR s.starts_on IS NULL OR s.starts_on >= o.effective_from)
                              GROUP BY o.interval_months ORDER BY o.interval_months DESC LIMIT 1) AS p
         WHERE n.mode = 'fixed' AND n.amount_minor * p.interval_months > p.amount_minor LIMIT 1;
        IF FOUND THEN
          RAISE EXCEPTION 'a subsidy of contract % is refused: % a month is above the price of % for % months', offender.contract_id, offender.amount_minor,
            offender.price, offender.interval_months USING ERRCODE = 'check_violation', CONSTRAINT = 'subsidy_is_at_most_the_price';
        END IF;
        RETURN NULL;
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION subscriptions.guard_subsidies() RETURNS trigger LANGUAGE plpgsql AS $$
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
    `);
  }
}
