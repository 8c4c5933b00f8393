// Whenever the day changes on which members leave, an event tells of it, whichever statement changed it.
import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Days of leaving are changed by SQL that never sees single members: files, complete lists, employees who take their dependants
 * along. So the event is appended where all of them meet. Payloads are as `companies.members-left.v1` says, a thousand members
 * to an event. Members who are new have no enrolments that could end with them.
 */
export class MembersLeft1780200000091 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION companies.tell_who_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM platform.append_event('companies.members-left.v1',
                  jsonb_build_object('members', jsonb_agg(jsonb_build_object('memberId', id, 'leftOn', left_on) ORDER BY id)))
          FROM (SELECT a.id, a.left_on, (row_number() OVER (ORDER BY a.id) - 1) / 1000 AS batch
                  FROM after_update a JOIN before_update b ON b.id = a.id WHERE a.left_on IS DISTINCT FROM b.left_on) AS changed
         GROUP BY batch ORDER BY batch;
        RETURN NULL;
      END $$;
      CREATE TRIGGER members_who_leave_are_told_of AFTER UPDATE ON companies.member
        REFERENCING OLD TABLE AS before_update NEW TABLE AS after_update FOR EACH STATEMENT EXECUTE FUNCTION companies.tell_who_leaves();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER members_who_leave_are_told_of ON companies.member;
      DROP FUNCTION companies.tell_who_leaves();
    `);
  }
}
