// The tables of payments: methods, payments, attempts and the inbox of webhooks, with what the database refuses.
import { MigrationInterface, QueryRunner } from 'typeorm';

/** The payments and attempts that grow by the million keep their references by one set-based trigger per statement. */
export class Payments1780500000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SCHEMA payments`);
    await runner.query(REFUSALS_UP);
    await runner.query(METHOD_UP);
    await runner.query(PAYMENT_UP);
    await runner.query(ATTEMPT_UP);
    await runner.query(WEBHOOK_UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE payments.webhook_event, payments.attempt, payments.payment, payments.payment_method;
      DROP FUNCTION payments.check_new_payments(), payments.check_new_attempts(), payments.refuse_transition(), payments.refuse_rewriting();
      DROP SCHEMA payments;
    `);
  }
}

const REFUSALS_UP = `
  CREATE FUNCTION payments.refuse_transition() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, NEW.id, OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0];
  END $$;
  CREATE FUNCTION payments.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% %: what was agreed is never rewritten', TG_TABLE_NAME, NEW.id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_ARGV[0];
  END $$;
`;

const METHOD_UP = `
  -- How a member pays: a provider's token, never a card number.
  CREATE TABLE payments.payment_method (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL,
    provider text NOT NULL,
    token text NOT NULL CONSTRAINT payment_method_is_a_token_not_a_card_number CHECK (token ~ '^[A-Za-z][A-Za-z0-9_:.-]{2,199}$'),
    label text NOT NULL,
    state text NOT NULL DEFAULT 'active' CONSTRAINT payment_method_state_is_declared CHECK (state IN ('active', 'replaced')),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payment_method_is_known_once UNIQUE (member_id, provider, token)
  );
  CREATE UNIQUE INDEX member_has_one_active_payment_method ON payments.payment_method (member_id) WHERE state = 'active';
  -- Payments point to it for ever: another card is another method.
  CREATE TRIGGER payment_method_is_never_another BEFORE UPDATE ON payments.payment_method FOR EACH ROW
    WHEN ((OLD.id, OLD.member_id, OLD.provider, OLD.token, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.member_id, NEW.provider, NEW.token, NEW.created_at))
    EXECUTE FUNCTION payments.refuse_rewriting('payment_method_is_never_another');
  CREATE TRIGGER payment_method_is_never_deleted BEFORE DELETE OR TRUNCATE ON payments.payment_method
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE payments.payment_method ENABLE ALWAYS TRIGGER payment_method_is_never_another;
  ALTER TABLE payments.payment_method ENABLE ALWAYS TRIGGER payment_method_is_never_deleted;
`;

const PAYMENT_UP = `
  CREATE TABLE payments.payment (
    id uuid PRIMARY KEY,
    invoice_id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    payer_type text NOT NULL CONSTRAINT payment_payer_type_is_declared CHECK (payer_type IN ('company', 'member')),
    payer_id uuid NOT NULL,
    -- Method and provider of the newest attempt, or of the one that captured.
    payment_method_id uuid NOT NULL,
    provider text NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT payment_amount_is_positive CHECK (amount_minor > 0),
    state text NOT NULL DEFAULT 'scheduled' CONSTRAINT payment_state_is_declared
      CHECK (state IN ('scheduled', 'processing', 'unknown', 'succeeded', 'failed', 'cancelled')),
    -- The day on which it is due to be charged, for the first time or again.
    collect_on date NOT NULL,
    attempts int NOT NULL DEFAULT 0 CONSTRAINT payment_attempts_are_counted CHECK (attempts >= 0),
    decline_code text,
    -- The issuer's local day of the capture, and the instant the provider gave for it.
    captured_on date,
    captured_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payment_succeeded_says_when CHECK ((state = 'succeeded') = (captured_on IS NOT NULL AND captured_at IS NOT NULL))
  );
  -- A payment that succeeded counts as live: an invoice that has been paid is not collected again.
  CREATE UNIQUE INDEX invoice_has_one_live_payment ON payments.payment (invoice_id)
    WHERE state IN ('scheduled', 'processing', 'unknown', 'succeeded');
  CREATE INDEX payment_of_invoice ON payments.payment (invoice_id);
  CREATE INDEX payment_of_payer ON payments.payment (payer_id, id);
  CREATE INDEX payment_due ON payments.payment (id) INCLUDE (collect_on, issuer_id) WHERE state = 'scheduled';
  CREATE INDEX payment_in_flight ON payments.payment (id) WHERE state IN ('processing', 'unknown');

  -- The same list as domain/payment-state.ts; a spec compares the two, pair by pair.
  CREATE TRIGGER payment_moves_along_declared_transitions BEFORE UPDATE ON payments.payment FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
      ('scheduled', 'processing'), ('scheduled', 'failed'), ('scheduled', 'succeeded'), ('scheduled', 'cancelled'),
      ('processing', 'scheduled'), ('processing', 'unknown'), ('processing', 'failed'), ('processing', 'succeeded'),
      ('unknown', 'processing'), ('unknown', 'scheduled'), ('unknown', 'failed'), ('unknown', 'succeeded'),
      ('failed', 'succeeded')))
    EXECUTE FUNCTION payments.refuse_transition('payment_moves_along_declared_transitions');
  CREATE TRIGGER payment_terms_are_immutable BEFORE UPDATE ON payments.payment FOR EACH ROW
    WHEN ((OLD.id, OLD.invoice_id, OLD.issuer_id, OLD.payer_type, OLD.payer_id, OLD.currency, OLD.amount_minor, OLD.created_at)
      IS DISTINCT FROM (NEW.id, NEW.invoice_id, NEW.issuer_id, NEW.payer_type, NEW.payer_id, NEW.currency, NEW.amount_minor, NEW.created_at)
      OR NEW.attempts < OLD.attempts
      OR (OLD.state = 'succeeded' AND (OLD.captured_on, OLD.captured_at, OLD.provider) IS DISTINCT FROM (NEW.captured_on, NEW.captured_at, NEW.provider)))
    EXECUTE FUNCTION payments.refuse_rewriting('payment_terms_are_immutable');
  CREATE TRIGGER payment_is_never_deleted BEFORE DELETE OR TRUNCATE ON payments.payment
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

  CREATE FUNCTION payments.check_new_payments() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender uuid;
  BEGIN
    SELECT a.id INTO offender FROM added a WHERE a.state <> 'scheduled' OR a.attempts <> 0 LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'payment % does not begin as scheduled', offender
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_begins_as_scheduled';
    END IF;
    SELECT a.id INTO offender FROM added a
      LEFT JOIN invoicing.invoice i ON i.id = a.invoice_id AND i.issuer_id = a.issuer_id AND i.payer_type = a.payer_type
        AND i.payer_id = a.payer_id AND i.currency = a.currency AND a.amount_minor <= i.gross_minor
      WHERE i.id IS NULL LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'payment % does not agree with its invoice in issuer, payer, currency or amount', offender
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payment_agrees_with_its_invoice';
    END IF;
    SELECT a.id INTO offender FROM added a
      LEFT JOIN payments.payment_method m ON m.id = a.payment_method_id AND m.member_id = a.payer_id AND m.provider = a.provider
      WHERE m.id IS NULL LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'payment % would be charged to somebody else', offender
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payment_is_charged_to_its_own_payer';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER payment_agrees_with_its_invoice AFTER INSERT ON payments.payment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payments.check_new_payments();
`;

const ATTEMPT_UP = `
  CREATE TABLE payments.attempt (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL,
    no int NOT NULL CONSTRAINT attempt_number_is_positive CHECK (no > 0),
    -- A function of payment and number and of nothing else, so that a repeated call is the same call.
    idempotency_key text NOT NULL GENERATED ALWAYS AS (payment_id::text || '.' || no::text) STORED
      CONSTRAINT attempt_key_is_unique UNIQUE,
    payment_method_id uuid NOT NULL,
    provider text NOT NULL,
    run_id uuid,
    state text NOT NULL DEFAULT 'created' CONSTRAINT attempt_state_is_declared
      CHECK (state IN ('created', 'submitted', 'unknown', 'succeeded', 'declined')),
    provider_reference text,
    decline_code text,
    -- When the provider is asked what became of it, if nothing has been heard by then.
    due_at timestamptz NOT NULL,
    asked int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    CONSTRAINT attempt_of_a_payment_has_one_number UNIQUE (payment_id, no),
    CONSTRAINT attempt_declined_says_why CHECK (state <> 'declined' OR decline_code IS NOT NULL)
  );
  CREATE UNIQUE INDEX payment_has_one_open_attempt ON payments.attempt (payment_id) WHERE state IN ('created', 'submitted', 'unknown');
  CREATE INDEX attempt_to_ask_about ON payments.attempt (due_at) WHERE state IN ('created', 'submitted', 'unknown');

  CREATE TRIGGER attempt_moves_along_declared_transitions BEFORE UPDATE ON payments.attempt FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
      ('created', 'submitted'), ('created', 'unknown'), ('created', 'succeeded'), ('created', 'declined'),
      ('submitted', 'succeeded'), ('submitted', 'declined'),
      ('unknown', 'submitted'), ('unknown', 'succeeded'), ('unknown', 'declined'),
      ('declined', 'succeeded')))
    EXECUTE FUNCTION payments.refuse_transition('attempt_moves_along_declared_transitions');
  CREATE TRIGGER attempt_terms_are_immutable BEFORE UPDATE ON payments.attempt FOR EACH ROW
    WHEN ((OLD.id, OLD.payment_id, OLD.no, OLD.payment_method_id, OLD.provider, OLD.run_id, OLD.created_at)
      IS DISTINCT FROM (NEW.id, NEW.payment_id, NEW.no, NEW.payment_method_id, NEW.provider, NEW.run_id, NEW.created_at))
    EXECUTE FUNCTION payments.refuse_rewriting('attempt_terms_are_immutable');
  CREATE TRIGGER attempt_is_never_deleted BEFORE DELETE OR TRUNCATE ON payments.attempt
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

  -- Nothing can be sent to a provider for a payment that is not being processed, and above all not while it is unknown.
  CREATE FUNCTION payments.check_new_attempts() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender uuid;
  BEGIN
    SELECT a.id INTO offender FROM added a
      LEFT JOIN payments.payment p ON p.id = a.payment_id AND p.state = 'processing' AND p.attempts = a.no AND a.state = 'created'
      WHERE p.id IS NULL LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'attempt % is not the next attempt of a payment in processing', offender
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'attempt_is_the_next_of_a_payment_in_processing';
    END IF;
    SELECT a.id INTO offender FROM added a JOIN payments.payment p ON p.id = a.payment_id
      LEFT JOIN payments.payment_method m ON m.id = a.payment_method_id AND m.member_id = p.payer_id AND m.provider = a.provider
      WHERE m.id IS NULL LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'attempt % would charge somebody else', offender
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'attempt_charges_its_own_payer';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER attempt_is_the_next_of_a_payment_in_processing AFTER INSERT ON payments.attempt
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payments.check_new_attempts();
`;

const WEBHOOK_UP = `
  -- The inbox: what providers have told us, byte for byte. A row is worked off once; it stays as evidence.
  CREATE TABLE payments.webhook_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL,
    provider_event_id text NOT NULL,
    raw bytea NOT NULL,
    headers jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    processed_at timestamptz,
    outcome text CONSTRAINT webhook_outcome_is_declared CHECK (outcome IN ('applied', 'recorded', 'parked')),
    -- Tries that failed for no reason of the event's own; at a limit it is parked all the same.
    failures int NOT NULL DEFAULT 0,
    -- Why it was parked: a code, and words.
    reason text,
    CONSTRAINT webhook_event_is_stored_once UNIQUE (provider, provider_event_id),
    CONSTRAINT webhook_processed_has_an_outcome CHECK ((processed_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT webhook_parked_says_why CHECK ((outcome = 'parked') IS NOT TRUE OR reason IS NOT NULL)
  );
  CREATE INDEX webhook_event_unprocessed ON payments.webhook_event (id) WHERE processed_at IS NULL;
  CREATE INDEX webhook_event_parked ON payments.webhook_event (id) WHERE outcome = 'parked';
  CREATE TRIGGER webhook_event_is_kept_as_received BEFORE UPDATE ON payments.webhook_event FOR EACH ROW
    WHEN ((OLD.id, OLD.provider, OLD.provider_event_id, OLD.raw, OLD.headers, OLD.received_at)
      IS DISTINCT FROM (NEW.id, NEW.provider, NEW.provider_event_id, NEW.raw, NEW.headers, NEW.received_at))
    EXECUTE FUNCTION payments.refuse_rewriting('webhook_event_is_kept_as_received');
  CREATE TRIGGER webhook_event_is_never_deleted BEFORE DELETE OR TRUNCATE ON payments.webhook_event
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

  ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER payment_moves_along_declared_transitions;
  ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER payment_terms_are_immutable;
  ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER payment_is_never_deleted;
  ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER payment_agrees_with_its_invoice;
  ALTER TABLE payments.attempt ENABLE ALWAYS TRIGGER attempt_moves_along_declared_transitions;
  ALTER TABLE payments.attempt ENABLE ALWAYS TRIGGER attempt_terms_are_immutable;
  ALTER TABLE payments.attempt ENABLE ALWAYS TRIGGER attempt_is_never_deleted;
  ALTER TABLE payments.attempt ENABLE ALWAYS TRIGGER attempt_is_the_next_of_a_payment_in_processing;
  ALTER TABLE payments.webhook_event ENABLE ALWAYS TRIGGER webhook_event_is_kept_as_received;
  ALTER TABLE payments.webhook_event ENABLE ALWAYS TRIGGER webhook_event_is_never_deleted;
`;
