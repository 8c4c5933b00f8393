// The sandbox provider's own record: what it was asked to charge and what it has to tell. No other code reads or writes it.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class SandboxProvider1780500000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE payments.sandbox_charge (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        reference text NOT NULL GENERATED ALWAYS AS ('sbx_' || id::text) STORED CONSTRAINT sandbox_charge_reference_is_unique UNIQUE,
        idempotency_key text NOT NULL CONSTRAINT sandbox_charge_is_made_once_per_key UNIQUE,
        token text NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CONSTRAINT sandbox_charge_amount_is_positive CHECK (amount_minor > 0),
        -- lost: the request never arrived, as far as the provider will ever say. pending: to be decided.
        state text NOT NULL CONSTRAINT sandbox_charge_state_is_declared CHECK (state IN ('lost', 'pending', 'captured', 'declined')),
        -- What it will come to, settled by token and key when the call arrives, so that a restart changes nothing.
        verdict text NOT NULL CONSTRAINT sandbox_charge_verdict_is_declared CHECK (verdict IN ('captured', 'declined')),
        decline_code text,
        -- What it will tell, in the order in which it will tell it: [{type, copies}].
        telling jsonb NOT NULL,
        calls int NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL,
        decide_at timestamptz NOT NULL,
        decided_at timestamptz,
        CONSTRAINT sandbox_charge_declined_says_why CHECK (verdict <> 'declined' OR decline_code IS NOT NULL)
      );
      CREATE INDEX sandbox_charge_to_decide ON payments.sandbox_charge (decide_at) WHERE state = 'pending';

      CREATE TABLE payments.sandbox_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        charge_id bigint NOT NULL,
        type text NOT NULL CONSTRAINT sandbox_event_type_is_declared CHECK (type IN ('charge.accepted', 'charge.captured', 'charge.declined')),
        copies int NOT NULL CONSTRAINT sandbox_event_copies_are_few CHECK (copies BETWEEN 1 AND 5),
        occurred_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        sends int NOT NULL DEFAULT 0,
        state text NOT NULL DEFAULT 'pending' CONSTRAINT sandbox_event_state_is_declared CHECK (state IN ('pending', 'delivered', 'given-up')),
        last_error text
      );
      CREATE INDEX sandbox_event_to_send ON payments.sandbox_event (due_at, id) WHERE state = 'pending';
      CREATE INDEX sandbox_event_given_up ON payments.sandbox_event (id) WHERE state = 'given-up';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE payments.sandbox_event, payments.sandbox_charge`);
  }
}
