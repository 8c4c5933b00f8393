// What contracts feel of unpaid invoices; and that a company lives on one clock: a test issuer's or the world's.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class OverdueAndTestClocks1780300000041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE subscriptions.contract
        -- How many days after the due day of an unpaid invoice the contract is left alone.
        ADD COLUMN overdue_grace_days int NOT NULL DEFAULT 0,
        ADD CONSTRAINT contract_grace_is_at_most_a_year CHECK (overdue_grace_days BETWEEN 0 AND 366);

      CREATE TABLE subscriptions.overdue_invoice (
        contract_id uuid NOT NULL REFERENCES subscriptions.contract (id),
        -- Invoicing's; this context does not read its tables.
        invoice_id uuid NOT NULL,
        number text NOT NULL,
        due_on date NOT NULL,
        settled_on date,
        -- The day on which the contract was suspended for it, which happens once.
        suspended_on date,
        noted_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (contract_id, invoice_id)
      );
      CREATE INDEX overdue_invoice_in_grace ON subscriptions.overdue_invoice (contract_id) WHERE settled_on IS NULL AND suspended_on IS NULL;
      CREATE FUNCTION subscriptions.refuse_overdue() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'overdue invoice % is refused by the rule %', OLD.number, TG_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
      END $$;
      CREATE TRIGGER overdue_invoice_is_acted_on_once BEFORE UPDATE ON subscriptions.overdue_invoice FOR EACH ROW
        WHEN ((OLD.contract_id, OLD.invoice_id, OLD.number, OLD.due_on) IS DISTINCT FROM (NEW.contract_id, NEW.invoice_id, NEW.number, NEW.due_on)
          OR (OLD.settled_on IS DISTINCT FROM NEW.settled_on AND OLD.settled_on IS NOT NULL)
          OR (OLD.suspended_on IS DISTINCT FROM NEW.suspended_on AND OLD.suspended_on IS NOT NULL))
        EXECUTE FUNCTION subscriptions.refuse_overdue();
      CREATE TRIGGER overdue_invoice_is_never_deleted BEFORE DELETE OR TRUNCATE ON subscriptions.overdue_invoice
        FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
      ALTER TABLE subscriptions.overdue_invoice ENABLE ALWAYS TRIGGER overdue_invoice_is_acted_on_once;
      ALTER TABLE subscriptions.overdue_invoice ENABLE ALWAYS TRIGGER overdue_invoice_is_never_deleted;

      -- Holds the companies first, so that of two contracts of one company that are added at once the second sees the first.
      CREATE FUNCTION subscriptions.guard_clocks() RETURNS trigger LANGUAGE plpgsql AS $$
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
      CREATE TRIGGER company_lives_on_one_clock AFTER INSERT ON subscriptions.contract
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_clocks();
      ALTER TABLE subscriptions.contract ENABLE ALWAYS TRIGGER company_lives_on_one_clock;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER company_lives_on_one_clock ON subscriptions.contract;
      DROP FUNCTION subscriptions.guard_clocks();
      DROP TABLE subscriptions.overdue_invoice;
      DROP FUNCTION subscriptions.refuse_overdue();
      ALTER TABLE subscriptions.contract DROP COLUMN overdue_grace_days;
    `);
  }
}
