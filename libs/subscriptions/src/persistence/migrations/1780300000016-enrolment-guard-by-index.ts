// The guard of enrolments looks things up by index, whatever size the tables had when its plan was made.
import { MigrationInterface, QueryRunner } from 'typeorm';

/** As the guard of charges does: a plan made while the tables are small would be kept when they are not. */
export class EnrolmentGuardByIndex1780300000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const setting of ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) {
      await runner.query(`ALTER FUNCTION subscriptions.guard_enrolment_changes() SET ${setting} = off`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER FUNCTION subscriptions.guard_enrolment_changes() RESET ALL');
  }
}
