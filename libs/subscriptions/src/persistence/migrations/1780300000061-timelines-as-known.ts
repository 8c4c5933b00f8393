// Timelines and prices are stamped as everything is that is read as it was known.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class TimelinesAsKnown1780300000061 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE subscriptions.contract_change ALTER recorded_at SET DEFAULT platform.recorded_at();
      ALTER TABLE subscriptions.fee_change ALTER recorded_at SET DEFAULT platform.recorded_at();
      ALTER TABLE subscriptions.enrolment_change ALTER recorded_at SET DEFAULT platform.recorded_at();
      ALTER TABLE subscriptions.product_tax ALTER recorded_at SET DEFAULT platform.recorded_at();
      ALTER TABLE subscriptions.price ALTER recorded_at SET DEFAULT platform.recorded_at();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE subscriptions.contract_change ALTER recorded_at SET DEFAULT now();
      ALTER TABLE subscriptions.fee_change ALTER recorded_at SET DEFAULT now();
      ALTER TABLE subscriptions.enrolment_change ALTER recorded_at SET DEFAULT now();
      ALTER TABLE subscriptions.product_tax ALTER recorded_at SET DEFAULT now();
      ALTER TABLE subscriptions.price ALTER recorded_at SET DEFAULT now();
    `);
  }
}
