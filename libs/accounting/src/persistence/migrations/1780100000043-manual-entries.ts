// Manual entries: asked for by one person, approved by another, and posted by the approval itself.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class ManualEntries1780100000043 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REQUESTS);
    await runner.query(POSTING_OF_MANUAL_ENTRIES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION accounting.post_manual_entry(uuid, text);
      DROP TABLE accounting.manual_entry;
      DROP FUNCTION accounting.decide_manual_entry();
    `);
  }
}

const REQUESTS = `
  -- Lines are kept as they were asked for, in one value, so that nobody approves anything else than he was shown:
  -- [{"accountId": 7, "amountMinor": -100, "functionalAmountMinor": -100, "rate": null}], debit positive.
  CREATE TABLE accounting.manual_entry (
    id uuid PRIMARY KEY,
    issuer_id uuid NOT NULL CONSTRAINT manual_entry_belongs_to_an_issuer REFERENCES platform.issuer (id),
    kind text NOT NULL CHECK (kind IN ('manual-entry', 'reversal')),
    effective_on date NOT NULL,
    currency char(3) NOT NULL,
    lines jsonb NOT NULL CONSTRAINT manual_entry_has_lines CHECK (jsonb_array_length(lines) >= 2),
    reason text NOT NULL CONSTRAINT manual_entry_has_a_reason CHECK (reason ~ '[^[:space:]]'),
    -- The entry that it takes back.
    reverses bigint,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'approved', 'rejected')),
    decided_by text,
    decided_at timestamptz,
    -- The entry that the approval posted.
    entry_id bigint CONSTRAINT entry_is_of_one_manual_entry UNIQUE,
    CONSTRAINT manual_entry_is_decided_by_somebody CHECK ((state = 'requested') = (decided_by IS NULL)),
    CONSTRAINT manual_entry_is_approved_by_a_second_person CHECK (state <> 'approved' OR decided_by <> requested_by),
    CONSTRAINT manual_entry_is_posted_iff_approved CHECK ((state = 'approved') = (entry_id IS NOT NULL)),
    CONSTRAINT manual_entry_reverses_iff_reversal CHECK ((kind = 'reversal') = (reverses IS NOT NULL))
  );
  CREATE INDEX manual_entry_undecided ON accounting.manual_entry (issuer_id, requested_at) WHERE state = 'requested';
  CREATE INDEX manual_entry_of_issuer ON accounting.manual_entry (issuer_id, id);
  CREATE UNIQUE INDEX entry_is_reversed_by_one_request ON accounting.manual_entry (reverses) WHERE state <> 'rejected';

  CREATE FUNCTION accounting.decide_manual_entry() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.state <> 'requested' OR (NEW.id, NEW.issuer_id, NEW.kind, NEW.effective_on, NEW.currency, NEW.lines, NEW.reason, NEW.reverses, NEW.requested_by, NEW.requested_at)
       IS DISTINCT FROM (OLD.id, OLD.issuer_id, OLD.kind, OLD.effective_on, OLD.currency, OLD.lines, OLD.reason, OLD.reverses, OLD.requested_by, OLD.requested_at) THEN
      RAISE EXCEPTION 'manual entry % is decided once and never rewritten', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'manual_entry_is_decided_once';
    END IF;
    NEW.decided_at := now();
    RETURN NEW;
  END $$;
  CREATE TRIGGER manual_entry_is_decided_once BEFORE UPDATE ON accounting.manual_entry
    FOR EACH ROW EXECUTE FUNCTION accounting.decide_manual_entry();
  ALTER TABLE accounting.manual_entry ENABLE ALWAYS TRIGGER manual_entry_is_decided_once;
  CREATE TRIGGER manual_entry_is_kept BEFORE DELETE OR TRUNCATE ON accounting.manual_entry
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.manual_entry ENABLE ALWAYS TRIGGER manual_entry_is_kept;
`;

export const POSTING_OF_MANUAL_ENTRIES = `
  -- Approves a manual entry and posts it, entry and lines in one statement under the same guard as every other entry.
  -- It goes into the month of its day, also while that is being closed, and nowhere else: a person chose the day.
  CREATE FUNCTION accounting.post_manual_entry(p_id uuid, p_decided_by text) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    manual accounting.manual_entry;
    posted bigint := nextval('accounting.journal_entry_id_seq');
  BEGIN
    UPDATE accounting.manual_entry SET state = 'approved', decided_by = p_decided_by, entry_id = posted
     WHERE id = p_id RETURNING * INTO manual;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'there is no manual entry %', p_id USING ERRCODE = 'no_data_found';
    END IF;
    IF EXISTS (SELECT FROM jsonb_to_recordset(manual.lines) AS line("accountId" bigint)
                 JOIN accounting.account ON account.id = line."accountId"
                WHERE account.by_document OR account.role = 'deferred-revenue') THEN
      RAISE EXCEPTION 'manual entry % touches an account that only facts move', p_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'manual_entry_keeps_off_control_accounts';
    END IF;

    WITH entry AS (
      INSERT INTO accounting.journal_entry
        (id, issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, line_count, reverses)
      OVERRIDING SYSTEM VALUE
      VALUES (posted, manual.issuer_id, date_trunc('month', manual.effective_on::timestamp)::date, manual.effective_on, manual.effective_on,
              manual.kind, 'manual-entry', manual.id::text,
              sha256(convert_to(jsonb_build_array(manual.currency, manual.lines, manual.reason, manual.reverses, manual.requested_by, manual.decided_by)::text, 'UTF8')),
              jsonb_array_length(manual.lines), manual.reverses)
    )
    INSERT INTO accounting.posting (entry_id, line_no, account_id, currency, amount_minor, functional_amount_minor, rate, entry_date)
    SELECT posted, line.no, line."accountId", manual.currency, line."amountMinor", line."functionalAmountMinor", line.rate, manual.effective_on
      FROM ROWS FROM (jsonb_to_recordset(manual.lines) AS ("accountId" bigint, "amountMinor" bigint, "functionalAmountMinor" bigint, rate numeric))
           WITH ORDINALITY AS line("accountId", "amountMinor", "functionalAmountMinor", rate, no);
    RETURN posted;
  END $$;
`;
