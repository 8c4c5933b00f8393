// Proof: on no component-day are two charges in force, and no charge is taken back more than it was charged.
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@ProofProvider()
export class ChargesDoNotOverlap implements Proof {
  readonly name = 'charges-do-not-overlap';

  /** One pass over all charges in the order of days, per component and, within it, per charge with its credits. */
  async prove(reader: Reader): Promise<ProofResult> {
    const { charges, offenders, first } = await reader.one<{ charges: bigint; offenders: bigint; first: string | null }>(
      `WITH step AS (
         SELECT c.component_type, c.component_id, coalesce(CASE c.kind WHEN 'credit' THEN c.corrects END, c.id) AS charge_id, at.day, at.step
           FROM subscriptions.charge c,
                LATERAL (VALUES (c.stretch_start, CASE c.kind WHEN 'credit' THEN -1 ELSE 1 END),
                                (c.stretch_end, CASE c.kind WHEN 'credit' THEN 1 ELSE -1 END)) AS at (day, step)
       ), in_force AS (
         SELECT component_type, component_id, day,
                sum(step) OVER (PARTITION BY component_id, component_type ORDER BY day RANGE UNBOUNDED PRECEDING) AS of_component,
                sum(step) OVER (PARTITION BY component_id, component_type, charge_id ORDER BY day RANGE UNBOUNDED PRECEDING) AS of_charge
           FROM step
       ), offender AS (
         SELECT DISTINCT component_type, component_id, day FROM in_force WHERE of_component NOT IN (0, 1) OR of_charge NOT IN (0, 1)
       )
       SELECT (SELECT count(*) FROM subscriptions.charge) AS charges, (SELECT count(*) FROM offender) AS offenders,
              (SELECT string_agg(format('%s %s on %s', component_type, component_id, day), '; ')
                 FROM (SELECT * FROM offender ORDER BY component_type, component_id, day LIMIT 5) AS first_five) AS first`,
    );
    if (offenders === 0n) return { ok: true, detail: `${charges} charges and credits; at most one in force on any day` };
    return { ok: false, detail: `${offenders} component-days with two charges in force or one credited twice: ${first}` };
  }
}
