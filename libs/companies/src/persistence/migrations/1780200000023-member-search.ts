// Search for people among millions: the words of names, and the beginnings of e-mail addresses and employee ids, each by index.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class MemberSearch1780200000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(NAME_WORDS);
    await runner.query(`
      CREATE INDEX member_by_name ON companies.member USING gin (companies.name_words(name));
      CREATE INDEX member_by_email ON companies.member (lower(email) text_pattern_ops) WHERE email IS NOT NULL;
      CREATE INDEX member_by_employee_id ON companies.member (lower(employee_id) text_pattern_ops);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX companies.member_by_name, companies.member_by_email, companies.member_by_employee_id;
      DROP FUNCTION companies.name_words(text);
    `);
  }
}

/** The words of a name as search_text spells them. A name of plain letters is its own spelling, which spares most rows the long way. */
const NAME_WORDS = `
  CREATE FUNCTION companies.name_words(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(array_remove(
      string_to_array(CASE WHEN name ~ '^[A-Za-z0-9 ]+$' THEN lower(name) ELSE trim(companies.search_text(name)) END, ' '), ''));
`;
