// Closing: how the state of a period moves, who may open a closed one again, and the balances that a close fixes.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Close1780100000041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [REOPENING, STATES, SNAPSHOTS, AS_OF, EARNED]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION accounting.earned_minor(bigint, date, date, date);
      DROP FUNCTION accounting.open_item_as_of(uuid, date), accounting.balance_as_of(uuid, date);
      DROP TRIGGER period_balances_follow_its_state ON accounting.period;
      DROP TRIGGER periods_close_in_order ON accounting.period;
      DROP TRIGGER period_state_moves_as_declared ON accounting.period;
      DROP TRIGGER period_begins_open ON accounting.period;
      DROP TABLE accounting.period_open_item, accounting.period_balance, accounting.period_reopening;
      DROP FUNCTION accounting.keep_period_balances(), accounting.check_period_order(), accounting.move_period_state(),
        accounting.check_new_period(), accounting.decide_reopening();
      DROP INDEX accounting.posting_of_party;
      ALTER TABLE accounting.period DROP COLUMN closing_since;
    `);
  }
}

const REOPENING = `
  -- A request to open a closed period again, and what a second person decided. The last decision stays as it is.
  CREATE TABLE accounting.period_reopening (
    id uuid PRIMARY KEY,
    issuer_id uuid NOT NULL,
    period_start date NOT NULL,
    reason text NOT NULL CONSTRAINT reopening_has_a_reason CHECK (reason ~ '[^[:space:]]'),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'approved', 'rejected')),
    decided_by text,
    decided_at timestamptz,
    -- The transaction of the decision, by which the period knows that it is being opened by just this approval.
    decided_tx xid8,
    CONSTRAINT reopening_is_of_a_period FOREIGN KEY (issuer_id, period_start) REFERENCES accounting.period (issuer_id, starts_on),
    CONSTRAINT reopening_is_decided_by_somebody CHECK ((state = 'requested') = (decided_by IS NULL)),
    CONSTRAINT reopening_is_approved_by_a_second_person CHECK (state <> 'approved' OR decided_by <> requested_by)
  );
  CREATE UNIQUE INDEX reopening_is_requested_once ON accounting.period_reopening (issuer_id, period_start) WHERE state = 'requested';

  CREATE FUNCTION accounting.decide_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.state <> 'requested' OR (NEW.id, NEW.issuer_id, NEW.period_start, NEW.reason, NEW.requested_by, NEW.requested_at)
       IS DISTINCT FROM (OLD.id, OLD.issuer_id, OLD.period_start, OLD.reason, OLD.requested_by, OLD.requested_at) THEN
      RAISE EXCEPTION 'the request % is decided once and never rewritten', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reopening_is_decided_once';
    END IF;
    NEW.decided_at := now();
    NEW.decided_tx := pg_current_xact_id();
    RETURN NEW;
  END $$;
  CREATE TRIGGER reopening_is_decided_once BEFORE UPDATE ON accounting.period_reopening
    FOR EACH ROW EXECUTE FUNCTION accounting.decide_reopening();
  ALTER TABLE accounting.period_reopening ENABLE ALWAYS TRIGGER reopening_is_decided_once;
  CREATE TRIGGER reopening_is_kept BEFORE DELETE OR TRUNCATE ON accounting.period_reopening
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.period_reopening ENABLE ALWAYS TRIGGER reopening_is_kept;
`;

const STATES = `
  ALTER TABLE accounting.period ADD COLUMN closing_since timestamptz;

  CREATE FUNCTION accounting.check_new_period() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.state <> 'open' THEN
      RAISE EXCEPTION 'period % begins as %', NEW.starts_on, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'period_begins_open';
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER period_begins_open BEFORE INSERT ON accounting.period
    FOR EACH ROW EXECUTE FUNCTION accounting.check_new_period();
  ALTER TABLE accounting.period ENABLE ALWAYS TRIGGER period_begins_open;

  -- Fires after period_change_excludes_posting (triggers of a kind fire by name), so that whoever was posting into the
  -- period has ended: the clock, not the transaction's beginning, says from when on nothing of the business goes into it.
  CREATE FUNCTION accounting.move_period_state() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.state = OLD.state THEN RETURN NEW; END IF;
    IF (OLD.state, NEW.state) NOT IN (('open', 'closing'), ('closing', 'open'), ('closing', 'closed'), ('closed', 'open')) THEN
      RAISE EXCEPTION 'period % does not go from % to %', OLD.starts_on, OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'period_state_moves_as_declared';
    END IF;
    IF OLD.state = 'closed' AND NOT EXISTS (
      SELECT FROM accounting.period_reopening reopening
       WHERE reopening.issuer_id = OLD.issuer_id AND reopening.period_start = OLD.starts_on
         AND reopening.state = 'approved' AND reopening.decided_tx = pg_current_xact_id()) THEN
      RAISE EXCEPTION 'period % is closed and nobody has approved to open it again', OLD.starts_on
        USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_period_is_opened_by_two_persons';
    END IF;
    NEW.closing_since := CASE NEW.state WHEN 'closing' THEN clock_timestamp() WHEN 'closed' THEN OLD.closing_since END;
    RETURN NEW;
  END $$;
  CREATE TRIGGER period_state_moves_as_declared BEFORE UPDATE ON accounting.period
    FOR EACH ROW EXECUTE FUNCTION accounting.move_period_state();
  ALTER TABLE accounting.period ENABLE ALWAYS TRIGGER period_state_moves_as_declared;

  -- What a close fixes rests on the closes before it, so no period before a closed one is open. Looked at when the
  -- statement has ended, so that several months may close in one.
  CREATE FUNCTION accounting.check_period_order() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE closed date;
  BEGIN
    SELECT max(starts_on) INTO closed FROM accounting.period WHERE issuer_id = NEW.issuer_id AND state = 'closed';
    IF EXISTS (SELECT FROM accounting.period WHERE issuer_id = NEW.issuer_id AND starts_on < closed AND state <> 'closed') THEN
      RAISE EXCEPTION 'period % would be closed before an earlier one', closed
        USING ERRCODE = 'check_violation', CONSTRAINT = 'periods_close_in_order';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER periods_close_in_order AFTER INSERT OR UPDATE ON accounting.period
    FOR EACH ROW EXECUTE FUNCTION accounting.check_period_order();
  ALTER TABLE accounting.period ENABLE ALWAYS TRIGGER periods_close_in_order;
`;

const SNAPSHOTS = `
  -- The ledger of one party on one account in the order of days: statements, and balances of a party as of a day.
  CREATE INDEX posting_of_party ON accounting.posting (party_id, account_id, entry_date, entry_id) WHERE party_id IS NOT NULL;

  -- Totals of each account from the beginning up to the end of a closed period. A balance as of any day is that of the
  -- last close before it and the days since.
  CREATE TABLE accounting.period_balance (
    issuer_id uuid NOT NULL,
    -- The first day that is not in it: the end of the period.
    ends_on date NOT NULL,
    account_id bigint NOT NULL,
    currency char(3) NOT NULL,
    debit_minor bigint NOT NULL,
    credit_minor bigint NOT NULL,
    functional_debit_minor bigint NOT NULL,
    functional_credit_minor bigint NOT NULL,
    PRIMARY KEY (issuer_id, ends_on, account_id, currency)
  );

  -- What was open on the sub-ledgers at the end of a closed period, by party and document. What is settled leaves no
  -- row, so its size follows what is open and not what was ever posted.
  CREATE TABLE accounting.period_open_item (
    issuer_id uuid NOT NULL,
    ends_on date NOT NULL,
    account_id bigint NOT NULL,
    party_id text,
    party_type text,
    document_id uuid,
    document_type text,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    functional_amount_minor bigint NOT NULL,
    CONSTRAINT open_item_is_listed_once UNIQUE NULLS NOT DISTINCT
      (account_id, ends_on, party_id, document_id, currency, party_type, document_type),
    CONSTRAINT open_item_is_open CHECK (amount_minor <> 0 OR functional_amount_minor <> 0)
  );
  CREATE INDEX period_open_item_of_period ON accounting.period_open_item (issuer_id, ends_on);

  -- A close writes the balances, in the statement that closes; opening the period again takes them away. They start
  -- from the close before, so a close costs what was posted since.
  CREATE FUNCTION accounting.keep_period_balances() RETURNS trigger LANGUAGE plpgsql
  SET work_mem = '64MB' SET plan_cache_mode = force_custom_plan AS $$
  DECLARE base date;
  BEGIN
    IF OLD.state = 'closed' THEN
      DELETE FROM accounting.period_balance WHERE issuer_id = OLD.issuer_id AND ends_on = OLD.ends_on;
      DELETE FROM accounting.period_open_item WHERE issuer_id = OLD.issuer_id AND ends_on = OLD.ends_on;
      RETURN NULL;
    END IF;
    SELECT max(ends_on) INTO base FROM accounting.period_balance WHERE issuer_id = NEW.issuer_id AND ends_on < NEW.ends_on;

    INSERT INTO accounting.period_balance
    SELECT NEW.issuer_id, NEW.ends_on, account_id, currency, sum(debit_minor), sum(credit_minor),
           sum(functional_debit_minor), sum(functional_credit_minor)
      FROM (SELECT account_id, currency, debit_minor, credit_minor, functional_debit_minor, functional_credit_minor
              FROM accounting.period_balance WHERE issuer_id = NEW.issuer_id AND ends_on = base
            UNION ALL
            SELECT day.account_id, day.currency, day.debit_minor, day.credit_minor, day.functional_debit_minor, day.functional_credit_minor
              FROM accounting.account JOIN accounting.account_day day ON day.account_id = account.id
             WHERE account.issuer_id = NEW.issuer_id AND day.entry_date >= coalesce(base, '-infinity') AND day.entry_date < NEW.ends_on
           ) AS part
     GROUP BY account_id, currency;

    INSERT INTO accounting.period_open_item
      (issuer_id, ends_on, account_id, party_id, party_type, document_id, document_type, currency, amount_minor, functional_amount_minor)
    SELECT NEW.issuer_id, NEW.ends_on, account_id, party_id, party_type, document_id, document_type, currency,
           sum(amount_minor), sum(functional_amount_minor)
      FROM (SELECT account_id, party_id, party_type, document_id, document_type, currency, amount_minor, functional_amount_minor
              FROM accounting.period_open_item WHERE issuer_id = NEW.issuer_id AND ends_on = base
            UNION ALL
            SELECT line.account_id, line.party_id, line.party_type, line.document_id, line.document_type, line.currency,
                   line.amount_minor, line.functional_amount_minor
              FROM accounting.account JOIN accounting.posting line ON line.account_id = account.id
             WHERE account.issuer_id = NEW.issuer_id AND account.by_document
               AND line.entry_date >= coalesce(base, '-infinity') AND line.entry_date < NEW.ends_on
           ) AS part
     GROUP BY account_id, party_id, party_type, document_id, document_type, currency
    HAVING sum(amount_minor) <> 0 OR sum(functional_amount_minor) <> 0;
    RETURN NULL;
  END $$;
  CREATE TRIGGER period_balances_follow_its_state AFTER UPDATE ON accounting.period FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND 'closed' IN (OLD.state, NEW.state))
    EXECUTE FUNCTION accounting.keep_period_balances();
  ALTER TABLE accounting.period ENABLE ALWAYS TRIGGER period_balances_follow_its_state;

  CREATE TRIGGER period_balance_is_kept_by_the_close BEFORE INSERT OR UPDATE OR DELETE ON accounting.period_balance
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.period_balance ENABLE ALWAYS TRIGGER period_balance_is_kept_by_the_close;
  CREATE TRIGGER period_balance_is_kept BEFORE TRUNCATE ON accounting.period_balance
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.period_balance ENABLE ALWAYS TRIGGER period_balance_is_kept;
  CREATE TRIGGER open_item_is_kept_by_the_close BEFORE INSERT OR UPDATE OR DELETE ON accounting.period_open_item
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.period_open_item ENABLE ALWAYS TRIGGER open_item_is_kept_by_the_close;
  CREATE TRIGGER open_item_is_kept BEFORE TRUNCATE ON accounting.period_open_item
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.period_open_item ENABLE ALWAYS TRIGGER open_item_is_kept;
`;

const AS_OF = `
  -- Totals of every account and currency of an issuer up to and including a day: the last close and the day totals
  -- since. Written so that PostgreSQL can take it apart: a condition on account_id reaches both parts.
  CREATE FUNCTION accounting.balance_as_of(p_issuer uuid, p_day date)
  RETURNS TABLE (account_id bigint, currency char(3), debit_minor bigint, credit_minor bigint,
                 functional_debit_minor bigint, functional_credit_minor bigint) LANGUAGE sql STABLE AS $$
    SELECT part.account_id, part.currency, sum(part.debit_minor)::bigint, sum(part.credit_minor)::bigint,
           sum(part.functional_debit_minor)::bigint, sum(part.functional_credit_minor)::bigint
      FROM (SELECT fixed.account_id, fixed.currency, fixed.debit_minor, fixed.credit_minor,
                   fixed.functional_debit_minor, fixed.functional_credit_minor
              FROM accounting.period_balance fixed
             WHERE fixed.issuer_id = p_issuer AND fixed.ends_on =
                   (SELECT max(ends_on) FROM accounting.period WHERE issuer_id = p_issuer AND state = 'closed' AND ends_on <= p_day + 1)
            UNION ALL
            SELECT day.account_id, day.currency, day.debit_minor, day.credit_minor,
                   day.functional_debit_minor, day.functional_credit_minor
              FROM accounting.account JOIN accounting.account_day day ON day.account_id = account.id
             WHERE account.issuer_id = p_issuer AND day.entry_date <= p_day AND day.entry_date >= coalesce(
                   (SELECT max(ends_on) FROM accounting.period WHERE issuer_id = p_issuer AND state = 'closed' AND ends_on <= p_day + 1),
                   '-infinity')
           ) AS part
     GROUP BY part.account_id, part.currency
  $$;

  -- What is open on the sub-ledgers of an issuer as of a day, by party and document: what was open at the last close and
  -- the postings since. A condition on account_id and party_id reaches both parts and their indexes.
  CREATE FUNCTION accounting.open_item_as_of(p_issuer uuid, p_day date)
  RETURNS TABLE (account_id bigint, party_id text, party_type text, document_id uuid, document_type text, currency char(3),
                 amount_minor bigint, functional_amount_minor bigint) LANGUAGE sql STABLE AS $$
    SELECT part.account_id, part.party_id, part.party_type, part.document_id, part.document_type, part.currency,
           sum(part.amount_minor)::bigint, sum(part.functional_amount_minor)::bigint
      FROM (SELECT fixed.account_id, fixed.party_id, fixed.party_type, fixed.document_id, fixed.document_type, fixed.currency,
                   fixed.amount_minor, fixed.functional_amount_minor
              FROM accounting.period_open_item fixed
             WHERE fixed.issuer_id = p_issuer AND fixed.ends_on =
                   (SELECT max(ends_on) FROM accounting.period WHERE issuer_id = p_issuer AND state = 'closed' AND ends_on <= p_day + 1)
            UNION ALL
            SELECT line.account_id, line.party_id, line.party_type, line.document_id, line.document_type, line.currency,
                   line.amount_minor, line.functional_amount_minor
              FROM accounting.account JOIN accounting.posting line ON line.account_id = account.id
             WHERE account.issuer_id = p_issuer AND account.by_document
               AND line.entry_date <= p_day AND line.entry_date >= coalesce(
                   (SELECT max(ends_on) FROM accounting.period WHERE issuer_id = p_issuer AND state = 'closed' AND ends_on <= p_day + 1),
                   '-infinity')
           ) AS part
     GROUP BY part.account_id, part.party_id, part.party_type, part.document_id, part.document_type, part.currency
    HAVING sum(part.amount_minor) <> 0 OR sum(part.functional_amount_minor) <> 0
  $$;
`;

const EARNED = `
  -- The kernel's earned(): what a total has earned over [period_start, period_end) before the day p_until begins, rounded
  -- half away from zero. In whole numbers, because a numeric quotient would be rounded once before it is rounded. A spec
  -- compares the two.
  CREATE FUNCTION accounting.earned_minor(total bigint, period_start date, period_end date, p_until date) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN p_until <= period_start THEN 0 WHEN p_until >= period_end THEN total
              ELSE div(2 * total::numeric * (p_until - period_start) + sign(total::numeric) * (period_end - period_start),
                       2 * (period_end - period_start)::numeric)::bigint END;
`;
