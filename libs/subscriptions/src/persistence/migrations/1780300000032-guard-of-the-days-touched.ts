// The guard of charges adds up the days that new rows touch, and no longer the whole life of their components.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class GuardOfTheDaysTouched1780300000032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await exchange(runner, OF_WHOLE_COMPONENTS, OF_DAYS_TOUCHED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await exchange(runner, OF_DAYS_TOUCHED, OF_WHOLE_COMPONENTS);
  }
}

/** Only this part of the function changes; the rest stays word for word what it is. */
async function exchange(runner: QueryRunner, before: string, after: string): Promise<void> {
  const [{ text }] = (await runner.query(`SELECT pg_get_functiondef('subscriptions.guard_charges()'::regprocedure) AS text`)) as [{ text: string }];
  if (!text.includes(before)) throw new Error('subscriptions.guard_charges is not the function that this migration knows.');
  await runner.query(text.replace(before, () => after));
}

const OF_WHOLE_COMPONENTS = `    -- Each charge less its credits is 0 or 1 on every day; the running sum over the component is then 0 or 1 as well.
    SELECT component_id, day, in_force, of_one_charge INTO offender FROM (
      SELECT component_id, day,
             sum(step) OVER (PARTITION BY component_id, component_type ORDER BY day RANGE UNBOUNDED PRECEDING) AS in_force,
             sum(step) OVER (PARTITION BY component_id, component_type, charge_id ORDER BY day RANGE UNBOUNDED PRECEDING) AS of_one_charge
        FROM (SELECT c.component_id, c.component_type, CASE c.kind WHEN 'credit' THEN c.corrects ELSE c.id END AS charge_id, at.day, at.step
                FROM subscriptions.charge c,
                     LATERAL (VALUES (c.stretch_start, CASE c.kind WHEN 'credit' THEN -1 ELSE 1 END),
                                     (c.stretch_end, CASE c.kind WHEN 'credit' THEN 1 ELSE -1 END)) AS at (day, step)
               WHERE c.component_id = ANY (suspects)) AS steps) AS days
`;

const OF_DAYS_TOUCHED = `    -- Each charge less its credits is 0 or 1 on every day; the running sum over the component is then 0 or 1 as well. What was
    -- there before kept this, so only the days between the first and the last of the new rows are added up.
    SELECT component_id, day, in_force, of_one_charge INTO offender FROM (
      SELECT component_id, day,
             sum(step) OVER (PARTITION BY component_id, component_type ORDER BY day RANGE UNBOUNDED PRECEDING) AS in_force,
             sum(step) OVER (PARTITION BY component_id, component_type, charge_id ORDER BY day RANGE UNBOUNDED PRECEDING) AS of_one_charge
        FROM (SELECT c.component_id, c.component_type, CASE c.kind WHEN 'credit' THEN c.corrects ELSE c.id END AS charge_id, at.day, at.step
                FROM (SELECT n.component_id, n.component_type, min(n.stretch_start) AS first_day, max(n.stretch_end) AS last_day FROM fresh n
                       WHERE n.component_id = ANY (suspects) GROUP BY n.component_id, n.component_type) AS touched
                JOIN subscriptions.charge c ON c.component_id = touched.component_id AND c.component_type = touched.component_type
                 AND c.stretch_end > touched.first_day AND c.stretch_start < touched.last_day,
                     LATERAL (VALUES (greatest(c.stretch_start, touched.first_day), CASE c.kind WHEN 'credit' THEN -1 ELSE 1 END),
                                     (least(c.stretch_end, touched.last_day), CASE c.kind WHEN 'credit' THEN 1 ELSE -1 END)) AS at (day, step)
             ) AS steps) AS days
`;
