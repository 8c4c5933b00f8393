// The timeline of a contract: its life, suspension, cycle, zone and term by dated changes; and the policies beside it.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class ContractTimelines1780300000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CONTRACT_CHANGES);
    await runner.query(CONTRACTS_BY_TIMELINE);
    await runner.query(CONTRACT_STATE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(CONTRACTS_AS_BEFORE);
  }
}

/**
 * Each change sets one aspect from a day on: `start` and `end` whether the contract is in force, `suspend` and `resume`
 * whether it is suspended and bills on meanwhile, `cycle`, `zone` and `term` what their columns say. On a day, for each
 * aspect, the change with the latest effective_on decides, among those of one day the one recorded last.
 */
const CONTRACT_CHANGES = `
  CREATE FUNCTION subscriptions.is_time_zone(name text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
  BEGIN
    PERFORM now() AT TIME ZONE name;
    RETURN true;
  EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
  END $$;

  CREATE TABLE subscriptions.contract_change (
    contract_id uuid NOT NULL REFERENCES subscriptions.contract (id),
    seq int NOT NULL,
    effective_on date NOT NULL,
    kind text NOT NULL,
    -- Whether a suspended contract goes on to be billed.
    bills boolean,
    -- Periods begin on this day of the month, every so many months from the month of anchor_on.
    anchor_day int,
    anchor_on date,
    cycle_months int,
    time_zone text,
    -- The first day after the term; null is a term without an end.
    term_ends_on date,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (contract_id, seq),
    CONSTRAINT contract_change_is_counted_from_one CHECK (seq >= 1),
    CONSTRAINT contract_change_says_what_its_kind_sets CHECK (
      kind IN ('start', 'end', 'suspend', 'resume', 'cycle', 'zone', 'term')
      AND (bills IS NOT NULL) = (kind = 'suspend')
      AND (anchor_day IS NOT NULL) = (kind = 'cycle') AND (anchor_on IS NOT NULL) = (kind = 'cycle')
      AND (cycle_months IS NOT NULL) = (kind = 'cycle')
      AND (time_zone IS NOT NULL) = (kind = 'zone')
      AND (term_ends_on IS NULL OR kind = 'term')),
    CONSTRAINT contract_anchor_is_a_day_of_the_month CHECK (anchor_day BETWEEN 1 AND 31),
    CONSTRAINT contract_cycle_is_at_most_ten_years CHECK (cycle_months BETWEEN 1 AND 120),
    CONSTRAINT contract_zone_is_known CHECK (subscriptions.is_time_zone(time_zone)),
    CONSTRAINT contract_term_ends_after_it_begins CHECK (term_ends_on > effective_on)
  );

  CREATE FUNCTION subscriptions.guard_contract_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender record;
  BEGIN
    SELECT n.contract_id, n.effective_on INTO offender FROM fresh n
     WHERE n.kind = 'end' AND NOT EXISTS (
       SELECT FROM subscriptions.contract_change c WHERE c.contract_id = n.contract_id AND c.kind = 'start' AND c.effective_on <= n.effective_on) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'contract % cannot end on %, which is before it starts', offender.contract_id, offender.effective_on
        USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_ends_after_it_starts';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER contract_ends_after_it_starts AFTER INSERT ON subscriptions.contract_change
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_contract_changes();
  CREATE TRIGGER contract_change_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions.contract_change
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.contract_change ENABLE ALWAYS TRIGGER contract_ends_after_it_starts;
  ALTER TABLE subscriptions.contract_change ENABLE ALWAYS TRIGGER contract_change_is_append_only;
`;

/** What decides no amount by itself is a column of the contract, changed by an act that is audited. */
const CONTRACTS_BY_TIMELINE = `
  INSERT INTO subscriptions.contract_change
      (contract_id, seq, effective_on, kind, anchor_day, anchor_on, cycle_months, time_zone, term_ends_on, recorded_at, recorded_by, reason)
    SELECT k.id, change.seq, change.effective_on, change.kind, change.anchor_day, change.anchor_on, change.cycle_months, change.time_zone,
           change.term_ends_on, k.created_at, 'system', 'as it stood before reasons were kept'
      FROM subscriptions.contract k, LATERAL (VALUES
        (1, k.starts_on, 'start', NULL, NULL, NULL, NULL, NULL),
        (2, k.starts_on, 'cycle', k.anchor_day, k.starts_on, k.cycle_months, NULL, NULL),
        (3, k.starts_on, 'zone', NULL, NULL, NULL, k.time_zone, NULL),
        (4, k.starts_on, 'term', NULL, NULL, NULL, NULL, k.ends_on),
        (5, k.ends_on, 'end', NULL, NULL, NULL, NULL, NULL))
        AS change (seq, effective_on, kind, anchor_day, anchor_on, cycle_months, time_zone, term_ends_on)
     WHERE change.effective_on IS NOT NULL;

  ALTER TABLE subscriptions.contract
    DROP COLUMN starts_on, DROP COLUMN ends_on, DROP COLUMN anchor_day, DROP COLUMN cycle_months, DROP COLUMN time_zone,
    ADD COLUMN auto_renew boolean NOT NULL DEFAULT false,
    ADD COLUMN renewal_months int,
    ADD COLUMN notice_days int NOT NULL DEFAULT 0,
    -- The day on which a term that nobody has given notice of is renewed: its cut-off. Null when nothing is to be done.
    ADD COLUMN renewal_due_on date,
    ADD COLUMN overdue_policy text NOT NULL DEFAULT 'none',
    ADD COLUMN suspended_billing text NOT NULL DEFAULT 'continues',
    -- The longest pause of an enrolment in days; null is no limit.
    ADD COLUMN pause_days_max int,
    ADD COLUMN upgrade_when text NOT NULL DEFAULT 'now',
    ADD COLUMN downgrade_when text NOT NULL DEFAULT 'periodEnd',
    ADD COLUMN trial_days int NOT NULL DEFAULT 0,
    ADD COLUMN payroll_allowed boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT contract_renews_by_a_known_length CHECK (renewal_months BETWEEN 1 AND 120 AND (renewal_months IS NOT NULL OR NOT auto_renew)),
    ADD CONSTRAINT contract_notice_is_at_most_three_years CHECK (notice_days BETWEEN 0 AND 1096),
    ADD CONSTRAINT contract_overdue_policy_is_known CHECK (overdue_policy IN ('none', 'suspend')),
    ADD CONSTRAINT contract_suspended_billing_is_known CHECK (suspended_billing IN ('continues', 'stops')),
    ADD CONSTRAINT contract_pause_is_at_most_three_years CHECK (pause_days_max BETWEEN 0 AND 1096),
    ADD CONSTRAINT contract_plan_changes_happen_at_a_known_time CHECK (upgrade_when IN ('now', 'periodEnd') AND downgrade_when IN ('now', 'periodEnd')),
    ADD CONSTRAINT contract_trial_is_at_most_a_year CHECK (trial_days BETWEEN 0 AND 366);
  CREATE INDEX contract_renewal_due ON subscriptions.contract (renewal_due_on) WHERE renewal_due_on IS NOT NULL;

  -- What was charged says these of the contract; only its policies change.
  CREATE TRIGGER contract_stays_what_it_is BEFORE UPDATE OF id, number, issuer_id, company_id, currency, enrolment_timing, created_at
      OR DELETE OR TRUNCATE ON subscriptions.contract
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE subscriptions.contract ENABLE ALWAYS TRIGGER contract_stays_what_it_is;
`;

/**
 * Each contract as its timeline says of a day. `starts_on` and `ends_on` bound its whole life whatever the day; an aspect that
 * begins later only is shown as it begins. One indexed look at each aspect, for the contracts that are asked for.
 */
export const CONTRACT_STATE = `
  CREATE FUNCTION subscriptions.contract_state(on_day date) RETURNS TABLE (
      contract_id uuid, life text, starts_on date, ends_on date, suspended boolean, bills boolean,
      anchor_day int, anchor_on date, cycle_months int, time_zone text, term_ends_on date)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT k.id,
           CASE WHEN bounds.starts_on IS NULL THEN 'draft' WHEN on_day < bounds.starts_on THEN 'upcoming'
                WHEN life.kind = 'start' THEN 'running' ELSE 'ended' END,
           bounds.starts_on, bounds.ends_on, coalesce(suspension.kind = 'suspend', false),
           CASE WHEN suspension.kind = 'suspend' THEN suspension.bills ELSE true END,
           cycle.anchor_day, cycle.anchor_on, cycle.cycle_months, zone.time_zone, term.term_ends_on
      FROM subscriptions.contract k
      LEFT JOIN LATERAL (
        SELECT min(day.effective_on) FILTER (WHERE day.kind = 'start') AS starts_on,
               min(day.effective_on) FILTER (WHERE day.kind = 'end' AND day.effective_on > day.last_start) AS ends_on
          FROM (SELECT said.effective_on, said.kind, max(said.effective_on) FILTER (WHERE said.kind = 'start') OVER () AS last_start
                  FROM (SELECT DISTINCT ON (c.effective_on) c.effective_on, c.kind FROM subscriptions.contract_change c
                         WHERE c.contract_id = k.id AND c.kind IN ('start', 'end') ORDER BY c.effective_on, c.seq DESC) AS said) AS day) AS bounds ON true
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.contract_change c WHERE c.contract_id = k.id AND c.kind IN ('start', 'end') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS life ON true
      LEFT JOIN LATERAL (
        SELECT c.kind, c.bills FROM subscriptions.contract_change c
         WHERE c.contract_id = k.id AND c.kind IN ('suspend', 'resume') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS suspension ON true
      LEFT JOIN LATERAL (
        SELECT c.anchor_day, c.anchor_on, c.cycle_months FROM subscriptions.contract_change c WHERE c.contract_id = k.id AND c.kind = 'cycle'
         ORDER BY c.effective_on > on_day, CASE WHEN c.effective_on <= on_day THEN c.effective_on END DESC, c.effective_on, c.seq DESC LIMIT 1) AS cycle ON true
      LEFT JOIN LATERAL (
        SELECT c.time_zone FROM subscriptions.contract_change c WHERE c.contract_id = k.id AND c.kind = 'zone'
         ORDER BY c.effective_on > on_day, CASE WHEN c.effective_on <= on_day THEN c.effective_on END DESC, c.effective_on, c.seq DESC LIMIT 1) AS zone ON true
      LEFT JOIN LATERAL (
        SELECT c.term_ends_on FROM subscriptions.contract_change c WHERE c.contract_id = k.id AND c.kind = 'term'
         ORDER BY c.effective_on > on_day, CASE WHEN c.effective_on <= on_day THEN c.effective_on END DESC, c.effective_on, c.seq DESC LIMIT 1) AS term ON true
    $$;
`;

/** A contract that was never activated gets the first day of its cycle; of several lives the whole span. */
const CONTRACTS_AS_BEFORE = `
  DROP TRIGGER contract_stays_what_it_is ON subscriptions.contract;
  ALTER TABLE subscriptions.contract
    ADD COLUMN starts_on date, ADD COLUMN ends_on date, ADD COLUMN anchor_day int, ADD COLUMN cycle_months int, ADD COLUMN time_zone text;
  UPDATE subscriptions.contract k
     SET starts_on = coalesce(s.starts_on, first.effective_on, k.created_at::date), ends_on = s.ends_on, anchor_day = coalesce(s.anchor_day, 1),
         cycle_months = coalesce(s.cycle_months, 1), time_zone = coalesce(s.time_zone, 'UTC')
    FROM subscriptions.contract_state('0001-01-01') AS s
    LEFT JOIN LATERAL (SELECT min(effective_on) AS effective_on FROM subscriptions.contract_change WHERE contract_id = s.contract_id) AS first ON true
   WHERE s.contract_id = k.id;
  DROP FUNCTION subscriptions.contract_state(date);
  DROP TABLE subscriptions.contract_change;
  DROP FUNCTION subscriptions.guard_contract_changes(), subscriptions.is_time_zone(text);
  ALTER TABLE subscriptions.contract
    DROP COLUMN auto_renew, DROP COLUMN renewal_months, DROP COLUMN notice_days, DROP COLUMN renewal_due_on, DROP COLUMN overdue_policy,
    DROP COLUMN suspended_billing, DROP COLUMN pause_days_max, DROP COLUMN upgrade_when, DROP COLUMN downgrade_when, DROP COLUMN trial_days,
    DROP COLUMN payroll_allowed,
    ALTER COLUMN starts_on SET NOT NULL, ALTER COLUMN anchor_day SET NOT NULL, ALTER COLUMN cycle_months SET NOT NULL, ALTER COLUMN time_zone SET NOT NULL,
    ADD CONSTRAINT contract_ends_after_it_starts CHECK (ends_on > starts_on),
    ADD CONSTRAINT contract_anchor_is_a_day_of_the_month CHECK (anchor_day BETWEEN 1 AND 31),
    ADD CONSTRAINT contract_cycle_is_at_most_ten_years CHECK (cycle_months BETWEEN 1 AND 120);
`;
