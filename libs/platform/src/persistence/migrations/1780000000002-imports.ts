// Imports: the files that came in, their rows until the run has ended, and what was refused.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Imports1780000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.import_file (
        id uuid PRIMARY KEY,
        run_id uuid NOT NULL CONSTRAINT import_file_has_one_run UNIQUE REFERENCES platform.run (id),
        kind text NOT NULL,
        mode text NOT NULL CHECK (mode IN ('goodRows', 'allOrNothing')),
        file_name text NOT NULL,
        sha256 bytea NOT NULL CHECK (length(sha256) = 32),
        bytes bigint NOT NULL,
        row_count int NOT NULL,
        encoding text NOT NULL,
        delimiter text NOT NULL,
        columns text[] NOT NULL,
        ignored_columns text[] NOT NULL,
        -- Whether the same file is answered with this run; not when the run came to nothing, or was asked for again.
        remembered boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX import_file_is_imported_once ON platform.import_file (kind, sha256, mode) WHERE remembered;

      -- Staged rows live as long as their run. No foreign key: they come by the million, and one statement writes them all.
      CREATE TABLE platform.import_row (
        file_id uuid NOT NULL,
        row_no int NOT NULL,
        line int NOT NULL,
        key text,
        cells json,
        problem json,
        PRIMARY KEY (file_id, row_no),
        CONSTRAINT import_row_is_read_or_refused CHECK ((cells IS NULL) <> (problem IS NULL))
      );

      CREATE TABLE platform.import_rejection (
        id bigint GENERATED ALWAYS AS IDENTITY,
        run_id uuid NOT NULL,
        line int NOT NULL,
        "column" text,
        value text,
        code text NOT NULL,
        reason text NOT NULL,
        remedy text NOT NULL,
        PRIMARY KEY (run_id, line, id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.import_rejection, platform.import_row, platform.import_file');
  }
}
