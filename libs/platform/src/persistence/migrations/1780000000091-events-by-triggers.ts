// An event that a trigger has to tell, because only the database sees what all statements together have changed.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class EventsByTriggers1780000000091 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The payload is as the event's contract says; who appends by this function proves it in a spec, since nothing checks it here.
      CREATE FUNCTION platform.append_event(name text, payload jsonb) RETURNS void LANGUAGE sql AS $$
        INSERT INTO platform.outbox_event (id, name, payload) VALUES (uuidv7(), name, payload)
      $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION platform.append_event(text, jsonb)');
  }
}
