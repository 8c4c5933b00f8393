// Imports that wait for approval, are told apart by more than their bytes, and whose rows SQL can read cell by cell.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class ImportsInReview1780000000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE platform.run DROP CONSTRAINT run_state_check, ADD CONSTRAINT run_state_check
        CHECK (state IN ('planned', 'running', 'paused', 'awaiting-approval', 'cancelled', 'succeeded', 'failed'));
      DROP INDEX platform.run_is_active_once_per_key;
      CREATE UNIQUE INDEX run_is_active_once_per_key ON platform.run (kind, key)
        WHERE state IN ('planned', 'running', 'paused', 'awaiting-approval');

      -- What the import is for beside the file: the same file may be sent for two companies.
      ALTER TABLE platform.import_file ADD COLUMN scope text NOT NULL DEFAULT '';
      DROP INDEX platform.import_file_is_imported_once;
      CREATE UNIQUE INDEX import_file_is_imported_once ON platform.import_file (kind, sha256, mode, scope) WHERE remembered;

      -- Cells as text that has been read and found good; problems is what was found otherwise. Rows are staged work, so
      -- those of runs under way are converted, and the rest of their checks is as it was.
      ALTER TABLE platform.import_row DROP CONSTRAINT import_row_is_read_or_refused;
      ALTER TABLE platform.import_row RENAME COLUMN cells TO cells_json;
      ALTER TABLE platform.import_row RENAME COLUMN problem TO problems;
      ALTER TABLE platform.import_row ADD COLUMN cells text[];
      UPDATE platform.import_row
         SET cells = CASE WHEN cells_json IS NOT NULL THEN ARRAY(SELECT json_array_elements_text(cells_json)) END,
             problems = CASE WHEN problems IS NOT NULL THEN json_build_array(problems) END;
      ALTER TABLE platform.import_row DROP COLUMN cells_json,
        ADD CONSTRAINT import_row_is_read_or_refused CHECK ((cells IS NULL) <> (problems IS NULL));

      -- Rejections repeat what stood in the file, people's data too; after a while only the rest is kept.
      ALTER TABLE platform.import_rejection ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN blanked_at timestamptz,
        ADD CONSTRAINT import_rejection_blanked_has_no_value CHECK (blanked_at IS NULL OR value IS NULL);
      CREATE INDEX import_rejection_to_blank ON platform.import_rejection (recorded_at) WHERE blanked_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX platform.import_rejection_to_blank;
      ALTER TABLE platform.import_rejection DROP COLUMN recorded_at, DROP COLUMN blanked_at;

      ALTER TABLE platform.import_row DROP CONSTRAINT import_row_is_read_or_refused;
      ALTER TABLE platform.import_row RENAME COLUMN cells TO cells_text;
      ALTER TABLE platform.import_row RENAME COLUMN problems TO problems_list;
      ALTER TABLE platform.import_row ADD COLUMN cells json, ADD COLUMN problem json;
      UPDATE platform.import_row SET cells = array_to_json(cells_text), problem = problems_list -> 0;
      ALTER TABLE platform.import_row DROP COLUMN cells_text, DROP COLUMN problems_list,
        ADD CONSTRAINT import_row_is_read_or_refused CHECK ((cells IS NULL) <> (problem IS NULL));

      DROP INDEX platform.import_file_is_imported_once;
      UPDATE platform.import_file SET remembered = false WHERE scope <> '';
      ALTER TABLE platform.import_file DROP COLUMN scope;
      CREATE UNIQUE INDEX import_file_is_imported_once ON platform.import_file (kind, sha256, mode) WHERE remembered;

      UPDATE platform.run SET state = 'paused' WHERE state = 'awaiting-approval';
      DROP INDEX platform.run_is_active_once_per_key;
      ALTER TABLE platform.run DROP CONSTRAINT run_state_check, ADD CONSTRAINT run_state_check
        CHECK (state IN ('planned', 'running', 'paused', 'cancelled', 'succeeded', 'failed'));
      CREATE UNIQUE INDEX run_is_active_once_per_key ON platform.run (kind, key) WHERE state IN ('planned', 'running', 'paused');
    `);
  }
}
