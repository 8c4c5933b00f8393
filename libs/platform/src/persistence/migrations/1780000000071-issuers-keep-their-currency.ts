// An issuer keeps the currency that its books are kept in, and is there for good.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class IssuersKeepTheirCurrency1780000000071 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER issuer_keeps_its_currency ON platform.issuer;
      DROP TRIGGER issuer_is_kept ON platform.issuer;
      DROP FUNCTION platform.refuse_other_currency();`);
  }
}

const UP = `
  -- Every posting is worth an amount of the issuer's currency and does not say of which: with another one, all of them would
  -- mean something else.
  CREATE FUNCTION platform.refuse_other_currency() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'issuer % keeps its id and its currency, %', OLD.code, OLD.functional_currency
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'issuer_keeps_its_currency';
  END $$;
  CREATE TRIGGER issuer_keeps_its_currency BEFORE UPDATE ON platform.issuer FOR EACH ROW
    WHEN ((NEW.id, NEW.functional_currency) IS DISTINCT FROM (OLD.id, OLD.functional_currency))
    EXECUTE FUNCTION platform.refuse_other_currency();
  ALTER TABLE platform.issuer ENABLE ALWAYS TRIGGER issuer_keeps_its_currency;

  -- Foreign keys keep it too, but not from a session that plays a replica.
  CREATE TRIGGER issuer_is_kept BEFORE DELETE OR TRUNCATE ON platform.issuer
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE platform.issuer ENABLE ALWAYS TRIGGER issuer_is_kept;
`;
