// Snapshots of recurring revenue: of the end of a day, as it was known at an instant; never changed once computed.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class RecurringRevenue1780300000042 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE subscriptions.revenue_snapshot (
        id uuid PRIMARY KEY,
        issuer_id uuid NOT NULL REFERENCES platform.issuer (id),
        on_day date NOT NULL,
        -- What was recorded later is not in it; so it can be computed again and comes out the same.
        known_at timestamptz NOT NULL,
        run_id uuid NOT NULL,
        -- Null while its run is at work; only a whole one is reported.
        completed_at timestamptz
      );
      CREATE UNIQUE INDEX revenue_snapshot_is_computed_once ON subscriptions.revenue_snapshot (issuer_id, on_day, known_at) WHERE completed_at IS NOT NULL;
      CREATE INDEX revenue_snapshot_of_run ON subscriptions.revenue_snapshot (run_id);
      CREATE TRIGGER revenue_snapshot_is_completed_once BEFORE UPDATE ON subscriptions.revenue_snapshot FOR EACH ROW
        WHEN (OLD.completed_at IS NOT NULL OR (OLD.id, OLD.issuer_id, OLD.on_day, OLD.known_at, OLD.run_id) IS DISTINCT FROM (NEW.id, NEW.issuer_id, NEW.on_day, NEW.known_at, NEW.run_id))
        EXECUTE FUNCTION platform.refuse_change();
      CREATE TRIGGER revenue_snapshot_is_never_deleted BEFORE DELETE OR TRUNCATE ON subscriptions.revenue_snapshot
        FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

      -- What a company comes to in a currency: of one plan, or (without a plan) of its fees. Rounded here and nowhere later, so that
      -- whatever is added up of it agrees with whatever else is.
      CREATE TABLE subscriptions.revenue_cell (
        snapshot_id uuid NOT NULL REFERENCES subscriptions.revenue_snapshot (id),
        company_id uuid NOT NULL,
        country char(2) NOT NULL,
        plan_id uuid,
        currency char(3) NOT NULL,
        monthly_minor bigint NOT NULL,
        yearly_minor bigint NOT NULL,
        -- The first day on which the company owed anything recurring in the currency.
        company_since date NOT NULL,
        CONSTRAINT revenue_cell_is_one_per_company_plan_and_currency UNIQUE NULLS NOT DISTINCT (snapshot_id, company_id, currency, plan_id)
      );
      CREATE TRIGGER revenue_cell_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions.revenue_cell
        FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
      CREATE FUNCTION subscriptions.guard_revenue_cells() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM fresh n JOIN subscriptions.revenue_snapshot s ON s.id = n.snapshot_id WHERE s.completed_at IS NOT NULL) THEN
          RAISE EXCEPTION 'a snapshot that is complete takes no more cells' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'revenue_cell_comes_before_completion';
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER revenue_cell_comes_before_completion AFTER INSERT ON subscriptions.revenue_cell
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION subscriptions.guard_revenue_cells();

      ALTER TABLE subscriptions.revenue_snapshot ENABLE ALWAYS TRIGGER revenue_snapshot_is_completed_once;
      ALTER TABLE subscriptions.revenue_snapshot ENABLE ALWAYS TRIGGER revenue_snapshot_is_never_deleted;
      ALTER TABLE subscriptions.revenue_cell ENABLE ALWAYS TRIGGER revenue_cell_is_append_only;
      ALTER TABLE subscriptions.revenue_cell ENABLE ALWAYS TRIGGER revenue_cell_comes_before_completion;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE subscriptions.revenue_cell, subscriptions.revenue_snapshot;
      DROP FUNCTION subscriptions.guard_revenue_cells();
    `);
  }
}
