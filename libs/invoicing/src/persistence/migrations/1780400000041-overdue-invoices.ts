// Overdue invoices: which ones the others have been told of, so that each is told once and its settlement after it.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class OverdueInvoices1780400000041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE invoicing.overdue_invoice (
        invoice_id uuid PRIMARY KEY REFERENCES invoicing.invoice (id),
        -- The issuer's day on which it was found unpaid, after the day by which it was to be paid.
        overdue_on date NOT NULL,
        told_at timestamptz NOT NULL DEFAULT now(),
        -- The day of the allocation that left nothing open.
        settled_on date,
        settled_told_at timestamptz,
        CONSTRAINT overdue_invoice_is_settled_when_told CHECK ((settled_on IS NULL) = (settled_told_at IS NULL))
      );
      CREATE TRIGGER overdue_invoice_is_told_for_good BEFORE UPDATE ON invoicing.overdue_invoice FOR EACH ROW
        WHEN ((OLD.invoice_id, OLD.overdue_on, OLD.told_at) IS DISTINCT FROM (NEW.invoice_id, NEW.overdue_on, NEW.told_at) OR OLD.settled_on IS NOT NULL)
        EXECUTE FUNCTION invoicing.refuse();
      CREATE TRIGGER overdue_invoice_is_never_deleted BEFORE DELETE OR TRUNCATE ON invoicing.overdue_invoice
        FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
      ALTER TABLE invoicing.overdue_invoice ENABLE ALWAYS TRIGGER overdue_invoice_is_told_for_good;
      ALTER TABLE invoicing.overdue_invoice ENABLE ALWAYS TRIGGER overdue_invoice_is_never_deleted;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE invoicing.overdue_invoice');
  }
}
