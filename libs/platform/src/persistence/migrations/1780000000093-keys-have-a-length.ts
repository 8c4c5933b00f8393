// Keys have a length: one that callers choose is bounded before it reaches an index, whose entries must not become too long.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class KeysHaveALength1780000000093 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Rows of before stay as they are: a longer key is not taken any more, so nobody asks for them, and nothing changes them.
      ALTER TABLE platform.idempotency_key ADD CONSTRAINT idempotency_key_has_1_to_200_characters CHECK (char_length(key) BETWEEN 1 AND 200) NOT VALID;

      -- Runs go on changing, so that none may be left with a key that the rule refuses. The hash keeps it one of its own.
      UPDATE platform.run SET key = left(key, 400) || ' ' || md5(key) WHERE char_length(key) > 500;
      ALTER TABLE platform.run ADD CONSTRAINT run_key_has_at_most_500_characters CHECK (char_length(key) <= 500);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE platform.run DROP CONSTRAINT run_key_has_at_most_500_characters;
      ALTER TABLE platform.idempotency_key DROP CONSTRAINT idempotency_key_has_1_to_200_characters;
    `);
  }
}
