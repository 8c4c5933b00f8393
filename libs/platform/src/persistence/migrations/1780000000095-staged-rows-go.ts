// Staged rows of imports that came to nothing are found by an index, so that people's data does not lie there for good.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class StagedRowsGo1780000000095 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX run_came_to_nothing ON platform.run (finished_at) WHERE state IN ('failed', 'cancelled')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX platform.run_came_to_nothing');
  }
}
