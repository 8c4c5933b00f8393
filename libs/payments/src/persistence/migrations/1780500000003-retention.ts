// Retention in payments: webhooks that are worked off may go after a quarter at the earliest, by the rule that the operator sets.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class PaymentsRetention1780500000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER webhook_event_is_never_deleted ON payments.webhook_event;
      CREATE TRIGGER webhook_event_is_never_truncated BEFORE TRUNCATE ON payments.webhook_event
        FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
      CREATE TRIGGER webhook_event_is_kept_until_worked_off AFTER DELETE ON payments.webhook_event REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
        EXECUTE FUNCTION platform.refuse_to_forget($$ gone.outcome IN ('applied', 'recorded') AND gone.processed_at < now() - interval '89 days' $$);
      ALTER TABLE payments.webhook_event ENABLE ALWAYS TRIGGER webhook_event_is_never_truncated;
      ALTER TABLE payments.webhook_event ENABLE ALWAYS TRIGGER webhook_event_is_kept_until_worked_off;

      CREATE INDEX webhook_event_worked_off ON payments.webhook_event (processed_at) WHERE outcome IN ('applied', 'recorded');
      CREATE INDEX sandbox_event_delivered ON payments.sandbox_event (due_at) WHERE state = 'delivered';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX payments.sandbox_event_delivered;
      DROP INDEX payments.webhook_event_worked_off;
      DROP TRIGGER webhook_event_is_kept_until_worked_off ON payments.webhook_event;
      DROP TRIGGER webhook_event_is_never_truncated ON payments.webhook_event;
      CREATE TRIGGER webhook_event_is_never_deleted BEFORE DELETE OR TRUNCATE ON payments.webhook_event
        FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
      ALTER TABLE payments.webhook_event ENABLE ALWAYS TRIGGER webhook_event_is_never_deleted;
    `);
  }
}
