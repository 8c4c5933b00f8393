// The days on which enrolments end, so that those that have come are found among the days of all.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class EndsOfEnrolments1780200000094 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX member_enrolment_ends ON companies.member_enrolment (effective_on) WHERE NOT enrolled');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX companies.member_enrolment_ends');
  }
}
