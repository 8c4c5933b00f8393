// The state of one contract or enrolment on a day of its own: where each row has its own today, a set of all of them cannot be asked for.
import { MigrationInterface, QueryRunner } from 'typeorm';
import { CONTRACT_STATE } from './1780300000012-contract-timelines';
import { ENROLMENT_STATE } from './1780300000014-enrolment-timelines';

export class StateOfOne1780300000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION subscriptions.contract_state(date), subscriptions.enrolment_state(date)');
    await runner.query(CONTRACT_STATE_OF);
    await runner.query(ENROLMENT_STATE_OF);
    await runner.query(STATES_OF_ALL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION subscriptions.contract_state(date), subscriptions.enrolment_state(date),
        subscriptions.contract_state_of(uuid, date), subscriptions.enrolment_state_of(uuid, date)`);
    await runner.query(CONTRACT_STATE);
    await runner.query(ENROLMENT_STATE);
  }
}

/** `starts_on` and `ends_on` bound the whole life whatever the day; an aspect that begins later only is shown as it begins. */
const CONTRACT_STATE_OF = `
  CREATE FUNCTION subscriptions.contract_state_of(contract uuid, on_day date) RETURNS TABLE (
      life text, starts_on date, ends_on date, suspended boolean, bills boolean,
      anchor_day int, anchor_on date, cycle_months int, time_zone text, term_ends_on date)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN bounds.starts_on IS NULL THEN 'draft' WHEN on_day < bounds.starts_on THEN 'upcoming'
                WHEN life.kind = 'start' THEN 'running' ELSE 'ended' END,
           bounds.starts_on, bounds.ends_on, coalesce(suspension.kind = 'suspend', false),
           CASE WHEN suspension.kind = 'suspend' THEN suspension.bills ELSE true END,
           cycle.anchor_day, cycle.anchor_on, cycle.cycle_months, zone.time_zone, term.term_ends_on
      FROM (
        SELECT min(day.effective_on) FILTER (WHERE day.kind = 'start') AS starts_on,
               min(day.effective_on) FILTER (WHERE day.kind = 'end' AND day.effective_on > day.last_start) AS ends_on
          FROM (SELECT said.effective_on, said.kind, max(said.effective_on) FILTER (WHERE said.kind = 'start') OVER () AS last_start
                  FROM (SELECT DISTINCT ON (c.effective_on) c.effective_on, c.kind FROM subscriptions.contract_change c
                         WHERE c.contract_id = contract AND c.kind IN ('start', 'end') ORDER BY c.effective_on, c.seq DESC) AS said) AS day) AS bounds
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.contract_change c WHERE c.contract_id = contract AND c.kind IN ('start', 'end') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS life ON true
      LEFT JOIN LATERAL (
        SELECT c.kind, c.bills FROM subscriptions.contract_change c
         WHERE c.contract_id = contract AND c.kind IN ('suspend', 'resume') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS suspension ON true
      LEFT JOIN LATERAL (
        SELECT c.anchor_day, c.anchor_on, c.cycle_months FROM subscriptions.contract_change c WHERE c.contract_id = contract AND c.kind = 'cycle'
         ORDER BY c.effective_on > on_day, CASE WHEN c.effective_on <= on_day THEN c.effective_on END DESC, c.effective_on, c.seq DESC LIMIT 1) AS cycle ON true
      LEFT JOIN LATERAL (
        SELECT c.time_zone FROM subscriptions.contract_change c WHERE c.contract_id = contract AND c.kind = 'zone'
         ORDER BY c.effective_on > on_day, CASE WHEN c.effective_on <= on_day THEN c.effective_on END DESC, c.effective_on, c.seq DESC LIMIT 1) AS zone ON true
      LEFT JOIN LATERAL (
        SELECT c.term_ends_on FROM subscriptions.contract_change c WHERE c.contract_id = contract AND c.kind = 'term'
         ORDER BY c.effective_on > on_day, CASE WHEN c.effective_on <= on_day THEN c.effective_on END DESC, c.effective_on, c.seq DESC LIMIT 1) AS term ON true
    $$;
`;

const ENROLMENT_STATE_OF = `
  CREATE FUNCTION subscriptions.enrolment_state_of(enrolment uuid, on_day date) RETURNS TABLE (
      life text, starts_on date, ends_on date, plan_id uuid, paused boolean, in_trial boolean, payroll boolean)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN bounds.starts_on IS NULL THEN 'withdrawn' WHEN on_day < bounds.starts_on THEN 'upcoming'
                WHEN life.kind = 'start' THEN 'running' ELSE 'ended' END,
           bounds.starts_on, bounds.ends_on, plan.plan_id, coalesce(pause.kind = 'pause', false),
           coalesce(trial.kind = 'trial', false), coalesce(asked.kind = 'payroll', false)
      FROM (
        SELECT min(day.effective_on) FILTER (WHERE day.kind = 'start') AS starts_on,
               min(day.effective_on) FILTER (WHERE day.kind = 'end' AND day.effective_on > day.last_start) AS ends_on
          FROM (SELECT said.effective_on, said.kind, max(said.effective_on) FILTER (WHERE said.kind = 'start') OVER () AS last_start
                  FROM (SELECT DISTINCT ON (c.effective_on) c.effective_on, c.kind FROM subscriptions.enrolment_change c
                         WHERE c.enrolment_id = enrolment AND c.kind IN ('start', 'end') ORDER BY c.effective_on, c.seq DESC) AS said) AS day) AS bounds
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.enrolment_change c WHERE c.enrolment_id = enrolment AND c.kind IN ('start', 'end') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS life ON true
      LEFT JOIN LATERAL (
        SELECT c.plan_id FROM subscriptions.enrolment_change c WHERE c.enrolment_id = enrolment AND c.kind IN ('start', 'plan') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS plan ON true
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.enrolment_change c WHERE c.enrolment_id = enrolment AND c.kind IN ('pause', 'resume') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS pause ON true
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.enrolment_change c WHERE c.enrolment_id = enrolment AND c.kind IN ('trial', 'trial-end') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS trial ON true
      LEFT JOIN LATERAL (
        SELECT c.kind FROM subscriptions.enrolment_change c WHERE c.enrolment_id = enrolment AND c.kind IN ('payroll', 'card') AND c.effective_on <= on_day
         ORDER BY c.effective_on DESC, c.seq DESC LIMIT 1) AS asked ON true
    $$;
`;

/** As functions that are inlined: whoever asks for some of the rows pays for these alone. */
const STATES_OF_ALL = `
  CREATE FUNCTION subscriptions.contract_state(on_day date) RETURNS TABLE (
      contract_id uuid, life text, starts_on date, ends_on date, suspended boolean, bills boolean,
      anchor_day int, anchor_on date, cycle_months int, time_zone text, term_ends_on date)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT k.id, s.life, s.starts_on, s.ends_on, s.suspended, s.bills, s.anchor_day, s.anchor_on, s.cycle_months, s.time_zone, s.term_ends_on
      FROM subscriptions.contract k CROSS JOIN LATERAL subscriptions.contract_state_of(k.id, on_day) AS s
    $$;
  CREATE FUNCTION subscriptions.enrolment_state(on_day date) RETURNS TABLE (
      enrolment_id uuid, life text, starts_on date, ends_on date, plan_id uuid, paused boolean, in_trial boolean, payroll boolean)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT e.id, s.life, s.starts_on, s.ends_on, coalesce(s.plan_id, e.plan_id), s.paused, s.in_trial, s.payroll
      FROM subscriptions.enrolment e CROSS JOIN LATERAL subscriptions.enrolment_state_of(e.id, on_day) AS s
    $$;
`;
