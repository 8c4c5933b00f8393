// Accounts take postings from one day to another, and say what they are in the taxonomy of their country's audit file.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class AccountsByDay1780100000052 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER account_is_active_on_its_postings ON accounting.account;
      DROP FUNCTION accounting.check_account_days();
      ALTER TABLE accounting.account ADD COLUMN active boolean NOT NULL DEFAULT true;
      UPDATE accounting.account SET active = false WHERE active_until IS NOT NULL;
      ALTER TABLE accounting.account DROP COLUMN taxonomy_code, DROP COLUMN active_from, DROP COLUMN active_until;`);
  }
}

const UP = `
  ALTER TABLE accounting.account
    -- SAF-T (PT), taxonomy S of Portaria 302/2016; none elsewhere.
    ADD COLUMN taxonomy_code int CONSTRAINT account_taxonomy_is_a_number CHECK (taxonomy_code > 0),
    -- The first day that may be posted to; null from ever on.
    ADD COLUMN active_from date,
    -- The first day that may not any more; null while nobody has closed it.
    ADD COLUMN active_until date,
    ADD CONSTRAINT account_is_active_for_a_day CHECK (active_from < active_until);
  UPDATE accounting.account SET active_until =
    coalesce((SELECT max(entry_date) + 1 FROM accounting.account_day WHERE account_id = account.id), '2000-01-01') WHERE NOT active;
  ALTER TABLE accounting.account DROP COLUMN active;

  CREATE FUNCTION accounting.check_account_days() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM accounting.account_day
                WHERE account_id = NEW.id AND (entry_date < NEW.active_from OR entry_date >= NEW.active_until)) THEN
      RAISE EXCEPTION 'account % has postings on days that it would not be active on', NEW.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_is_active_on_its_postings';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER account_is_active_on_its_postings AFTER UPDATE OF active_from, active_until ON accounting.account
    FOR EACH ROW EXECUTE FUNCTION accounting.check_account_days();
  ALTER TABLE accounting.account ENABLE ALWAYS TRIGGER account_is_active_on_its_postings;
`;
