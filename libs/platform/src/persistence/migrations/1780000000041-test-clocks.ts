// Test clocks: an issuer of its own lives on a clock of its own, and neither ever becomes real.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class TestClocks1780000000041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What time it is for a test issuer; null for every real one, whose clock is the machine's.
      ALTER TABLE platform.issuer ADD COLUMN test_clock_at timestamptz;

      CREATE FUNCTION platform.refuse_clock() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'issuer % is refused by the rule %', OLD.code, TG_NAME
          USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
      END $$;
      CREATE TRIGGER issuer_is_test_or_real_for_good BEFORE UPDATE ON platform.issuer FOR EACH ROW
        WHEN ((OLD.test_clock_at IS NULL) <> (NEW.test_clock_at IS NULL)) EXECUTE FUNCTION platform.refuse_clock();
      CREATE TRIGGER issuer_test_clock_never_goes_back BEFORE UPDATE ON platform.issuer FOR EACH ROW
        WHEN (NEW.test_clock_at < OLD.test_clock_at) EXECUTE FUNCTION platform.refuse_clock();
      ALTER TABLE platform.issuer ENABLE ALWAYS TRIGGER issuer_is_test_or_real_for_good;
      ALTER TABLE platform.issuer ENABLE ALWAYS TRIGGER issuer_test_clock_never_goes_back;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER issuer_is_test_or_real_for_good ON platform.issuer;
      DROP TRIGGER issuer_test_clock_never_goes_back ON platform.issuer;
      DROP FUNCTION platform.refuse_clock();
      ALTER TABLE platform.issuer DROP COLUMN test_clock_at;
    `);
  }
}
