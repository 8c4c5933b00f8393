// A company lives on one clock with everybody who pays for it or whom it pays for, however far and on any day. Contracts are guarded here;
// moves belong to companies, which ask before they make one.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class PayersOnOneClock1780300000051 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Who pays for the company and for whom it pays, on any day; a move that was recorded anew for its day is none.
      CREATE FUNCTION subscriptions.tied_by_payment(company uuid) RETURNS TABLE (company_id uuid) LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT CASE m.company_id WHEN company THEN m.target_id ELSE m.company_id END
          FROM companies.company_move m
         WHERE m.kind = 'payer' AND m.target_id IS NOT NULL AND (m.company_id = company OR m.target_id = company)
           AND NOT EXISTS (SELECT FROM companies.company_move n
                            WHERE n.company_id = m.company_id AND n.kind = 'payer' AND n.effective_on = m.effective_on AND n.id > m.id)
      $$;

      -- The companies on each test clock: those with a contract of its issuer, and whoever is tied to them, however far.
      CREATE FUNCTION subscriptions.companies_on_test_clocks() RETURNS TABLE (issuer_id uuid, company_id uuid) LANGUAGE sql STABLE AS $$
        WITH RECURSIVE kin AS (
          SELECT k.issuer_id, k.company_id FROM platform.issuer i JOIN subscriptions.contract k ON k.issuer_id = i.id WHERE i.test_clock_at IS NOT NULL
          UNION SELECT kin.issuer_id, t.company_id FROM kin CROSS JOIN LATERAL subscriptions.tied_by_payment(kin.company_id) AS t
        )
        SELECT issuer_id, company_id FROM kin
      $$;

      -- The companies on any other clock than each of these.
      CREATE FUNCTION subscriptions.companies_on_other_clocks(test_issuers uuid[]) RETURNS TABLE (issuer_id uuid, company_id uuid) LANGUAGE sql STABLE AS $$
        WITH RECURSIVE kin AS (
          SELECT i.id AS issuer_id, k.company_id FROM unnest(test_issuers) AS i (id) JOIN subscriptions.contract k ON k.issuer_id <> i.id
          UNION SELECT kin.issuer_id, t.company_id FROM kin CROSS JOIN LATERAL subscriptions.tied_by_payment(kin.company_id) AS t
        )
        SELECT issuer_id, company_id FROM kin
      $$;

      -- Where there are test clocks, moves and new contracts come one after the other, by the lock of the hierarchy. It is taken before rows,
      -- as everywhere. The rows of the companies keep two first contracts of one company apart while the first test clock is made.
      CREATE OR REPLACE FUNCTION subscriptions.guard_clocks() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE offender uuid;
      BEGIN
        IF EXISTS (SELECT FROM platform.issuer WHERE test_clock_at IS NOT NULL) THEN
          PERFORM pg_advisory_xact_lock(hashtextextended('companies.hierarchy', 0));
        END IF;
        PERFORM FROM companies.company WHERE id IN (
          SELECT company_id FROM fresh UNION SELECT c.payer_id FROM fresh JOIN companies.company c ON c.id = fresh.company_id) ORDER BY id FOR NO KEY UPDATE;
        IF NOT EXISTS (SELECT FROM platform.issuer WHERE test_clock_at IS NOT NULL) THEN RETURN NULL; END IF;
        SELECT kin.company_id INTO offender
          FROM (SELECT *, bool_or(company_id IN (SELECT company_id FROM fresh)) OVER (PARTITION BY issuer_id) AS is_fresh FROM subscriptions.companies_on_test_clocks()) AS kin
          JOIN subscriptions.contract k ON k.company_id = kin.company_id AND k.issuer_id <> kin.issuer_id
         WHERE kin.is_fresh LIMIT 1;
        IF FOUND THEN
          RAISE EXCEPTION 'a contract is refused: company % or whoever pays for it would live on two clocks', offender
            USING ERRCODE = 'check_violation', CONSTRAINT = 'company_lives_on_one_clock';
        END IF;
        RETURN NULL;
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION subscriptions.guard_clocks() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE offender text;
      BEGIN
        PERFORM FROM companies.company WHERE id IN (
          SELECT company_id FROM fresh UNION SELECT c.payer_id FROM fresh JOIN companies.company c ON c.id = fresh.company_id) ORDER BY id FOR NO KEY UPDATE;
        SELECT n.number INTO offender
          FROM fresh n JOIN platform.issuer i ON i.id = n.issuer_id
          JOIN companies.company c ON c.id = n.company_id
          CROSS JOIN LATERAL (
            SELECT c.id UNION SELECT c.payer_id UNION SELECT p.id FROM companies.company p WHERE p.payer_id IN (c.id, c.payer_id)) AS kin (id)
          JOIN subscriptions.contract other ON other.company_id = kin.id AND other.issuer_id <> n.issuer_id
          JOIN platform.issuer o ON o.id = other.issuer_id
         WHERE i.test_clock_at IS NOT NULL OR o.test_clock_at IS NOT NULL LIMIT 1;
        IF FOUND THEN
          RAISE EXCEPTION 'contract % is refused: its company or whoever pays for it lives on another clock', offender
            USING ERRCODE = 'check_violation', CONSTRAINT = 'company_lives_on_one_clock';
        END IF;
        RETURN NULL;
      END $$;
      DROP FUNCTION subscriptions.companies_on_other_clocks(uuid[]), subscriptions.companies_on_test_clocks(),
        subscriptions.tied_by_payment(uuid);
    `);
  }
}
