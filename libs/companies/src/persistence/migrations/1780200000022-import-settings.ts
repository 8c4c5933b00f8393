// How a company's files of people are to be read: the names of its columns, and how many people a list may remove unasked.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class ImportSettings1780200000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE companies.member_import_settings (
        company_id uuid PRIMARY KEY CONSTRAINT import_settings_company_exists REFERENCES companies.company (id),
        column_mapping jsonb NOT NULL DEFAULT '{}' CONSTRAINT import_settings_mapping_is_an_object CHECK (jsonb_typeof(column_mapping) = 'object'),
        removal_limit_percent int CONSTRAINT import_settings_limit_is_a_share CHECK (removal_limit_percent BETWEEN 0 AND 100)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE companies.member_import_settings');
  }
}
