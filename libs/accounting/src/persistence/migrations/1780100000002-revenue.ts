// Deferred revenue: what each invoice line earns over its service period, and what has been recognised of it.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Revenue1780100000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE accounting.revenue_recognition, accounting.revenue_schedule;
      DROP FUNCTION accounting.advance_revenue_schedules(), accounting.guard_credits();
    `);
  }
}

const UP = `
  -- One row per service line that was deferred. Its total is earned by day over [service_start, service_end).
  CREATE TABLE accounting.revenue_schedule (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    issuer_id uuid NOT NULL,
    entry_id bigint NOT NULL,
    line_no int NOT NULL,
    document_type text NOT NULL,
    document_id uuid NOT NULL,
    currency char(3) NOT NULL,
    total_minor bigint NOT NULL,
    -- What the total was deferred at in functional currency.
    functional_total_minor bigint NOT NULL,
    service_start date NOT NULL,
    service_end date NOT NULL,
    -- The day the entry counts in the books; nothing is recognised before it.
    deferred_on date NOT NULL,
    -- Sum and last day of the recognitions, kept by their trigger.
    recognised_minor bigint NOT NULL DEFAULT 0,
    functional_recognised_minor bigint NOT NULL DEFAULT 0,
    recognised_through date,
    -- A credit runs against the schedule of the line it credits: together they are earned as what is left of it.
    reduces bigint,
    CONSTRAINT schedule_line_is_deferred_once UNIQUE (entry_id, line_no),
    CONSTRAINT schedule_has_a_service_period CHECK (service_start < service_end),
    CONSTRAINT schedule_is_not_zero CHECK (total_minor <> 0),
    -- A negative line is a credit and is earned downwards, so both signs are held between nothing and the total.
    CONSTRAINT schedule_recognises_no_more_than_its_total
      CHECK (recognised_minor BETWEEN least(0, total_minor) AND greatest(0, total_minor)),
    CONSTRAINT schedule_is_recognised_to_the_end_in_both_currencies
      CHECK (recognised_minor <> total_minor OR functional_recognised_minor = functional_total_minor)
  ) WITH (fillfactor = 80);
  -- What the recognition run still has to look at: it shrinks as schedules are earned to the end.
  CREATE INDEX revenue_schedule_unearned ON accounting.revenue_schedule (issuer_id, id) WHERE recognised_minor <> total_minor;
  CREATE INDEX revenue_schedule_of_document ON accounting.revenue_schedule (document_id);
  CREATE INDEX revenue_schedule_credits ON accounting.revenue_schedule (reduces) WHERE reduces IS NOT NULL;

  -- Credits of a line leave it at nothing at the most, whoever writes them. The lines are locked in one statement and
  -- summed in the next, so that of two credits the second sees the first.
  CREATE FUNCTION accounting.guard_credits() RETURNS trigger LANGUAGE plpgsql
  SET plan_cache_mode = force_custom_plan AS $$
  DECLARE
    reduced bigint[];
    broken bigint;
  BEGIN
    SELECT array_agg(DISTINCT reduces ORDER BY reduces) INTO reduced FROM new_schedule WHERE reduces IS NOT NULL;
    IF reduced IS NULL THEN RETURN NULL; END IF;
    PERFORM FROM accounting.revenue_schedule WHERE id = ANY (reduced) ORDER BY id FOR NO KEY UPDATE;
    SELECT credits.reduces INTO broken
      FROM (SELECT credit.reduces, sum(credit.total_minor) AS credited, line.total_minor AS total,
                   bool_and(line.reduces IS NULL AND credit.issuer_id = line.issuer_id AND credit.currency = line.currency) AS of_its_kind
              FROM accounting.revenue_schedule credit LEFT JOIN accounting.revenue_schedule line ON line.id = credit.reduces
             WHERE credit.reduces = ANY (reduced) GROUP BY credit.reduces, line.id) AS credits
     WHERE (of_its_kind AND sign(credited) = -sign(total) AND abs(credited) <= abs(total)) IS NOT TRUE
     LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'credits of schedule % exceed it, or are not of its kind', broken
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_leave_their_line_at_nothing_at_most',
              SCHEMA = 'accounting', TABLE = 'revenue_schedule';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER credits_are_guarded AFTER INSERT ON accounting.revenue_schedule
    REFERENCING NEW TABLE AS new_schedule FOR EACH STATEMENT EXECUTE FUNCTION accounting.guard_credits();
  ALTER TABLE accounting.revenue_schedule ENABLE ALWAYS TRIGGER credits_are_guarded;

  CREATE TABLE accounting.revenue_recognition (
    schedule_id bigint NOT NULL,
    -- Earned up to and including this day.
    through date NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT recognition_is_not_zero CHECK (amount_minor <> 0),
    functional_amount_minor bigint NOT NULL,
    -- The entry that posts it, together with the others of its chunk and currency; null when those cancel out.
    entry_id bigint,
    CONSTRAINT schedule_is_recognised_once_per_day PRIMARY KEY (schedule_id, through)
  );
  CREATE INDEX revenue_recognition_of_entry ON accounting.revenue_recognition (entry_id);

  -- A recognition moves its schedule forward, never back and never past its total.
  CREATE FUNCTION accounting.advance_revenue_schedules() RETURNS trigger LANGUAGE plpgsql
  SET plan_cache_mode = force_custom_plan AS $$
  DECLARE
    first_schedule bigint;
    last_schedule bigint;
    recognised bigint;
    advanced bigint;
  BEGIN
    SELECT min(schedule_id), max(schedule_id), count(*) INTO first_schedule, last_schedule, recognised FROM new_recognition;
    IF recognised = 0 THEN RETURN NULL; END IF;
    UPDATE accounting.revenue_schedule schedule
       SET recognised_minor = schedule.recognised_minor + n.amount_minor,
           functional_recognised_minor = schedule.functional_recognised_minor + n.functional_amount_minor,
           recognised_through = n.through
      FROM new_recognition n
     WHERE schedule.id = n.schedule_id AND schedule.id BETWEEN first_schedule AND last_schedule
       AND (schedule.recognised_through < n.through OR schedule.recognised_through IS NULL)
       -- A credit comes with what its line has earned already, which may be of earlier days than the credit note.
       AND (schedule.deferred_on <= n.through OR schedule.reduces IS NOT NULL);
    GET DIAGNOSTICS advanced = ROW_COUNT;
    IF advanced <> recognised THEN
      RAISE EXCEPTION 'only % of % recognitions move a schedule forward', advanced, recognised
        USING ERRCODE = 'check_violation', CONSTRAINT = 'recognition_moves_its_schedule_forward',
              SCHEMA = 'accounting', TABLE = 'revenue_recognition';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER recognition_advances_its_schedule AFTER INSERT ON accounting.revenue_recognition
    REFERENCING NEW TABLE AS new_recognition FOR EACH STATEMENT EXECUTE FUNCTION accounting.advance_revenue_schedules();
  ALTER TABLE accounting.revenue_recognition ENABLE ALWAYS TRIGGER recognition_advances_its_schedule;

  CREATE TRIGGER revenue_recognition_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounting.revenue_recognition
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.revenue_recognition ENABLE ALWAYS TRIGGER revenue_recognition_is_append_only;
  CREATE TRIGGER revenue_schedule_is_kept BEFORE DELETE OR TRUNCATE ON accounting.revenue_schedule
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.revenue_schedule ENABLE ALWAYS TRIGGER revenue_schedule_is_kept;
  CREATE TRIGGER revenue_schedule_moves_by_recognition_only BEFORE UPDATE ON accounting.revenue_schedule
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.revenue_schedule ENABLE ALWAYS TRIGGER revenue_schedule_moves_by_recognition_only;
`;
