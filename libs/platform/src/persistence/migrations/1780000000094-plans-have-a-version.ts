// Plans have a version: a worker leaves those of newer software alone, and says so when it cannot read an older one.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class PlansHaveAVersion1780000000094 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE platform.run ADD COLUMN plan_version int NOT NULL DEFAULT 1 CONSTRAINT run_plan_version_is_positive CHECK (plan_version > 0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE platform.run DROP COLUMN plan_version');
  }
}
