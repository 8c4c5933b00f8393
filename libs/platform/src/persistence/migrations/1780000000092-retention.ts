// Retention: what is done with may go after a while, and the database refuses whatever is not done with or too young.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Retention1780000000092 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Refuses a DELETE that takes a row for which the condition in the trigger's argument does not hold; the rows are "gone".
      -- The times are a little less than the least that the rules take: clocks differ.
      CREATE FUNCTION platform.refuse_to_forget() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE refused boolean;
      BEGIN
        EXECUTE format('SELECT true FROM gone WHERE (%s) IS NOT TRUE LIMIT 1', TG_ARGV[0]) INTO refused;
        IF refused THEN
          RAISE EXCEPTION 'a row of %.% is not to be forgotten yet: the rule is %', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
        END IF;
        RETURN NULL;
      END $$;

      CREATE TRIGGER delivery_is_kept_until_done AFTER DELETE ON platform.delivery REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
        EXECUTE FUNCTION platform.refuse_to_forget($$ gone.state = 'done' AND gone.done_at < now() - interval '6 days' $$);
      CREATE TRIGGER event_goes_after_its_deliveries AFTER DELETE ON platform.outbox_event REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
        EXECUTE FUNCTION platform.refuse_to_forget($$ gone.routed_at < now() - interval '6 days' AND NOT EXISTS (SELECT FROM platform.delivery d WHERE d.event_id = gone.id) $$);
      CREATE TRIGGER idempotency_key_is_kept_for_a_month AFTER DELETE ON platform.idempotency_key REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
        EXECUTE FUNCTION platform.refuse_to_forget($$ gone.created_at < now() - interval '29 days' $$);
      CREATE TRIGGER chunk_is_kept_until_its_run_has_ended AFTER DELETE ON platform.run_chunk REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
        EXECUTE FUNCTION platform.refuse_to_forget($$ EXISTS (SELECT FROM platform.run r
          WHERE r.id = gone.run_id AND r.state IN ('succeeded', 'cancelled') AND r.finished_at < now() - interval '12 hours') $$);
      ALTER TABLE platform.delivery ENABLE ALWAYS TRIGGER delivery_is_kept_until_done;
      ALTER TABLE platform.outbox_event ENABLE ALWAYS TRIGGER event_goes_after_its_deliveries;
      ALTER TABLE platform.idempotency_key ENABLE ALWAYS TRIGGER idempotency_key_is_kept_for_a_month;
      ALTER TABLE platform.run_chunk ENABLE ALWAYS TRIGGER chunk_is_kept_until_its_run_has_ended;

      CREATE INDEX idempotency_key_by_age ON platform.idempotency_key (created_at);
      ALTER TABLE platform.run ADD COLUMN chunks_forgotten_at timestamptz;
      CREATE INDEX run_with_chunks_to_forget ON platform.run (finished_at)
        WHERE state IN ('succeeded', 'cancelled') AND chunks_forgotten_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX platform.run_with_chunks_to_forget;
      ALTER TABLE platform.run DROP COLUMN chunks_forgotten_at;
      DROP INDEX platform.idempotency_key_by_age;
      DROP TRIGGER chunk_is_kept_until_its_run_has_ended ON platform.run_chunk;
      DROP TRIGGER idempotency_key_is_kept_for_a_month ON platform.idempotency_key;
      DROP TRIGGER event_goes_after_its_deliveries ON platform.outbox_event;
      DROP TRIGGER delivery_is_kept_until_done ON platform.delivery;
      DROP FUNCTION platform.refuse_to_forget();
    `);
  }
}
