// The timeline of an enrolment in full: changes of plan, pauses, trials, who is asked for the member's part; and no overlaps.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class EnrolmentTimelines1780300000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KINDS);
    await runner.query(GUARD);
    await runner.query(ENROLMENT_STATE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(AS_BEFORE);
  }
}

/**
 * Each change sets one aspect from a day on: `start` that the member is enrolled and the plan, `end` that it is not, `plan`
 * the plan alone, `pause` and `resume`, `trial` and `trial-end` whether days owe nothing, `payroll` and `card` who is asked.
 */
const KINDS = `
  ALTER TABLE subscriptions.enrolment_change
    DROP CONSTRAINT enrolment_change_starts_a_plan_or_ends,
    ADD CONSTRAINT enrolment_change_says_what_its_kind_sets CHECK (
      kind IN ('start', 'end', 'plan', 'pause', 'resume', 'trial', 'trial-end', 'payroll', 'card')
      AND (plan_id IS NOT NULL) = (kind IN ('start', 'plan')));
`;

/**
 * Whoever starts an enrolment holds the contract, so that of two who start one for a member the second sees the first. Only
 * members with more than one enrolment of the product under the contract are looked at day by day.
 */
const GUARD = `
  CREATE OR REPLACE FUNCTION subscriptions.guard_enrolment_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    offender record;
    started uuid[];
  BEGIN
    SELECT n.enrolment_id INTO offender FROM fresh n
      LEFT JOIN subscriptions.enrolment e ON e.id = n.enrolment_id
      LEFT JOIN subscriptions.plan held ON held.id = e.plan_id
     WHERE e.id IS NULL OR (n.plan_id IS NOT NULL AND NOT EXISTS (
       SELECT FROM subscriptions.plan p WHERE p.id = n.plan_id AND p.product_id = held.product_id)) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'a change of enrolment % is refused: the enrolment must exist, and the plan must be of its product', offender.enrolment_id
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'enrolment_change_is_of_an_enrolment';
    END IF;

    SELECT n.enrolment_id, n.effective_on INTO offender FROM fresh n
     WHERE n.kind = 'end' AND NOT EXISTS (
       SELECT FROM subscriptions.enrolment_change c WHERE c.enrolment_id = n.enrolment_id AND c.kind = 'start' AND c.effective_on <= n.effective_on) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'enrolment % cannot end on %, which is before it starts', offender.enrolment_id, offender.effective_on
        USING ERRCODE = 'check_violation', CONSTRAINT = 'enrolment_ends_after_it_starts';
    END IF;

    SELECT array_agg(enrolment_id) INTO started FROM fresh WHERE kind = 'start';
    IF started IS NULL THEN RETURN NULL; END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'enrolments are started in READ COMMITTED only: their guard waits for a lock and then looks'
        USING ERRCODE = 'invalid_transaction_state', CONSTRAINT = 'enrolment_is_started_in_read_committed';
    END IF;
    PERFORM FROM subscriptions.contract
      WHERE id IN (SELECT contract_id FROM subscriptions.enrolment WHERE id = ANY (started)) ORDER BY id FOR NO KEY UPDATE;
    SELECT member_id, effective_on INTO offender FROM (
      SELECT member_id, effective_on, enrolment_id,
             sum(step) OVER (PARTITION BY contract_id, member_id, product_id ORDER BY effective_on RANGE UNBOUNDED PRECEDING) AS running
        FROM (SELECT contract_id, member_id, product_id, enrolment_id, effective_on,
                     (kind = 'start')::int - coalesce(lag((kind = 'start')::int) OVER (PARTITION BY enrolment_id ORDER BY effective_on), 0) AS step
                FROM (SELECT DISTINCT ON (o.id, c.effective_on) o.contract_id, o.member_id, q.product_id, o.id AS enrolment_id, c.effective_on, c.kind
                        FROM (SELECT DISTINCT e.contract_id, e.member_id, p.product_id
                                FROM subscriptions.enrolment e JOIN subscriptions.plan p ON p.id = e.plan_id WHERE e.id = ANY (started)) AS holder
                        JOIN subscriptions.enrolment o ON o.contract_id = holder.contract_id AND o.member_id = holder.member_id
                        JOIN subscriptions.plan q ON q.id = o.plan_id AND q.product_id = holder.product_id
                        JOIN subscriptions.enrolment_change c ON c.enrolment_id = o.id AND c.kind IN ('start', 'end')
                       WHERE EXISTS (SELECT FROM subscriptions.enrolment other
                                      WHERE other.contract_id = o.contract_id AND other.member_id = o.member_id AND other.id <> o.id)
                       ORDER BY o.id, c.effective_on, c.seq DESC) AS life) AS steps) AS days
     WHERE running > 1 LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'member % would be enrolled twice in one product under one contract on %', offender.member_id, offender.effective_on
        USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'enrolments_of_a_member_do_not_overlap';
    END IF;
    RETURN NULL;
  END $$;
`;

/** Each enrolment as its timeline says of a day; `starts_on` and `ends_on` bound its whole life whatever the day. */
export const ENROLMENT_STATE = `
  CREATE FUNCTION subscriptions.enrolment_state(on_day date) RETURNS TABLE (
      enrolment_id uuid, life text, starts_on date, ends_on date, plan_id uuid, paused boolean, in_trial boolean, payroll boolean)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT e.id,
           CASE WHEN bounds.starts_on IS NULL THEN 'withdrawn' WHEN on_day < bounds.starts_on THEN 'upcoming'
                WHEN life.kind = 'start' THEN 'running' ELSE 'ended' END,
           bounds.starts_on, bounds.ends_on, coalesce(plan.plan_id, e.plan_id), coalesce(pause.kind = 'pause', false),
           coalesce(trial.kind = 'trial', false), coalesce(asked.kind = 'payroll', false)
      FROM subscriptions.enrolment e
      LEFT JOIN LATERAL (
        SELECT min(day.effective_on) FILTER (WHERE day.kind = 'start') AS starts_on,
               min(day.effective_on) FILTER (WHERE day.kind = 'end' AND day.effective_on > day.last_start) AS ends_on
          FROM (SELECT said.effective_on, said.kind, max(said.effective_on) FILTER (WHERE said.kind = 'start') OVER () AS last_start
                  FROM (SELECT DISTINCT ON (c.effective_on) c.effective_on, c.kind FROM subscriptions.enrolment_change c
                         WHERE c.enrolment_id = e.id AND c.kind IN ('start', 'end') ORDER BY c.effective_on, c.seq DESC) AS said) AS day) AS bounds ON true
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.enrolment_change c WHERE c.enrolment_id = e.id AND c.kind IN ('start', 'end') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS life ON true
      LEFT JOIN LATERAL (
        SELECT c.plan_id FROM subscriptions.enrolment_change c WHERE c.enrolment_id = e.id AND c.kind IN ('start', 'plan') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS plan ON true
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.enrolment_change c WHERE c.enrolment_id = e.id AND c.kind IN ('pause', 'resume') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS pause ON true
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.enrolment_change c WHERE c.enrolment_id = e.id AND c.kind IN ('trial', 'trial-end') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS trial ON true
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.enrolment_change c WHERE c.enrolment_id = e.id AND c.kind IN ('payroll', 'card') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS asked ON true
    $$;
`;

/** Changes of plan become starts of it, as they used to be; what else could not be said is left out. */
const AS_BEFORE = `
  DROP FUNCTION subscriptions.enrolment_state(date);
  CREATE OR REPLACE FUNCTION subscriptions.guard_enrolment_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE offender uuid;
  BEGIN
    SELECT n.enrolment_id INTO offender FROM fresh n
      LEFT JOIN subscriptions.enrolment e ON e.id = n.enrolment_id
     WHERE e.id IS NULL OR (n.plan_id IS NOT NULL AND NOT EXISTS (SELECT FROM subscriptions.plan p WHERE p.id = n.plan_id)) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'a change of enrolment % is refused: the enrolment and the plan must exist', offender
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'enrolment_change_is_of_an_enrolment';
    END IF;
    RETURN NULL;
  END $$;
  ALTER TABLE subscriptions.enrolment_change DISABLE TRIGGER enrolment_change_is_append_only;
  DELETE FROM subscriptions.enrolment_change WHERE kind NOT IN ('start', 'end', 'plan');
  UPDATE subscriptions.enrolment_change SET kind = 'start' WHERE kind = 'plan';
  ALTER TABLE subscriptions.enrolment_change ENABLE ALWAYS TRIGGER enrolment_change_is_append_only;
  ALTER TABLE subscriptions.enrolment_change
    DROP CONSTRAINT enrolment_change_says_what_its_kind_sets,
    ADD CONSTRAINT enrolment_change_starts_a_plan_or_ends
      CHECK ((kind = 'start' AND plan_id IS NOT NULL) OR (kind = 'end' AND plan_id IS NULL));
`;
