// Headcounts are stamped as everything is that is read as it was known.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class HeadcountsAsKnown1780200000095 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE companies.headcount_change ALTER recorded_at SET DEFAULT platform.recorded_at()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE companies.headcount_change ALTER recorded_at SET DEFAULT now()');
  }
}
