// The documents behind the sub-ledgers: their number and the day they are due, as the fact told them.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Documents1780100000042 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What reports say of a document beside its amounts. It comes with the fact that posts the document, so that ageing
      -- and statements are read from the books alone.
      CREATE TABLE accounting.document (
        id uuid PRIMARY KEY,
        type text NOT NULL,
        issuer_id uuid NOT NULL,
        number text NOT NULL,
        issued_on date NOT NULL,
        due_on date NOT NULL
      );
      CREATE TRIGGER document_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounting.document
        FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
      ALTER TABLE accounting.document ENABLE ALWAYS TRIGGER document_is_append_only;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE accounting.document');
  }
}
