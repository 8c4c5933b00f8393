// The platform's own tables: issuers, outbox and deliveries, runs, idempotency keys, audit.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Platform1780000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA IF NOT EXISTS platform;

      -- One of our own legal entities. It lies here because authorisation, audit and runs are scoped by it; its books
      -- belong to accounting, its number series to invoicing.
      CREATE TABLE platform.issuer (
        id uuid PRIMARY KEY,
        code text NOT NULL CONSTRAINT issuer_code_is_unique UNIQUE CHECK (code ~ '^[A-Z0-9-]{2,20}$'),
        legal_name text NOT NULL,
        country char(2) NOT NULL,
        tax_id text NOT NULL,
        functional_currency char(3) NOT NULL,
        time_zone text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT issuer_tax_id_is_unique UNIQUE (country, tax_id)
      );

      CREATE TABLE platform.outbox_event (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        payload jsonb NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        routed_at timestamptz
      );
      CREATE INDEX outbox_event_unrouted ON platform.outbox_event (id) WHERE routed_at IS NULL;

      -- One row for each event and consumer. "done" commits with the consumer's effect; "pending" past due_at is enqueued (again).
      CREATE TABLE platform.delivery (
        event_id uuid NOT NULL,
        consumer text NOT NULL,
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'parked')),
        due_at timestamptz NOT NULL DEFAULT now(),
        dispatches int NOT NULL DEFAULT 0,
        failures int NOT NULL DEFAULT 0,
        last_error text,
        done_at timestamptz,
        PRIMARY KEY (event_id, consumer)
      );
      CREATE INDEX delivery_due ON platform.delivery (due_at) WHERE state = 'pending';
      CREATE INDEX delivery_parked ON platform.delivery (consumer) WHERE state = 'parked';

      CREATE TABLE platform.run (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        key text NOT NULL,
        input jsonb NOT NULL,
        state text NOT NULL DEFAULT 'planned'
          CHECK (state IN ('planned', 'running', 'paused', 'cancelled', 'succeeded', 'failed')),
        total bigint NOT NULL DEFAULT 0,
        done bigint NOT NULL DEFAULT 0,
        parked bigint NOT NULL DEFAULT 0,
        result jsonb NOT NULL DEFAULT '{}',
        error text,
        started_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz
      );
      CREATE UNIQUE INDEX run_is_active_once_per_key ON platform.run (kind, key)
        WHERE state IN ('planned', 'running', 'paused');
      CREATE INDEX run_newest ON platform.run (created_at DESC, id DESC);

      CREATE TABLE platform.run_chunk (
        run_id uuid NOT NULL REFERENCES platform.run (id),
        no int NOT NULL,
        stage int NOT NULL,
        items int NOT NULL CHECK (items >= 0),
        input jsonb NOT NULL,
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed', 'split')),
        due_at timestamptz NOT NULL DEFAULT now(),
        dispatches int NOT NULL DEFAULT 0,
        failures int NOT NULL DEFAULT 0,
        last_error text,
        done_at timestamptz,
        PRIMARY KEY (run_id, no)
      );
      CREATE INDEX run_chunk_pending ON platform.run_chunk (run_id, stage, due_at) WHERE state = 'pending';

      CREATE TABLE platform.run_parked_item (
        run_id uuid NOT NULL REFERENCES platform.run (id),
        item text NOT NULL,
        code text NOT NULL,
        reason text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (run_id, item)
      );

      CREATE TABLE platform.idempotency_key (
        operation text NOT NULL,
        key text NOT NULL,
        input_hash bytea NOT NULL,
        answer jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (operation, key)
      );

      CREATE TABLE platform.audit_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        actor text NOT NULL,
        request_id text,
        action text NOT NULL,
        subject_type text NOT NULL,
        subject_id text NOT NULL,
        issuer_id uuid,
        reason text,
        change jsonb
      );
      CREATE INDEX audit_entry_of_subject ON platform.audit_entry (subject_type, subject_id, id);

      CREATE FUNCTION platform.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '% of %.% is refused: the table is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
          USING ERRCODE = 'restrict_violation';
      END $$;
      CREATE TRIGGER audit_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
      ALTER TABLE platform.audit_entry ENABLE ALWAYS TRIGGER audit_entry_is_append_only;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    // TypeORM keeps its own list of migrations in this schema, so the tables go one by one.
    await runner.query(`
      DROP TABLE platform.audit_entry, platform.idempotency_key, platform.run_parked_item, platform.run_chunk,
        platform.run, platform.delivery, platform.outbox_event, platform.issuer;
      DROP FUNCTION platform.refuse_change();
    `);
  }
}
