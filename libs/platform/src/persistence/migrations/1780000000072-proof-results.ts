// What each proof said when it was last run, for metrics and alerts.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class ProofResults1780000000072 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.proof_result (
        name text PRIMARY KEY,
        ok boolean NOT NULL,
        -- What was compared, in figures; when it failed, the first offenders.
        detail text NOT NULL,
        proved_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.proof_result');
  }
}
