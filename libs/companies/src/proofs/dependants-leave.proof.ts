// Proof: no dependant stays longer than its employee.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class DependantsLeave implements Proof {
  readonly name = 'dependants-leave-with-employees';

  /** A dependant whose first day comes after its employee's last one leaves on the day after it. */
  async prove(reader: Reader): Promise<ProofResult> {
    const { dependants, wrong, first } = await reader.one<{ dependants: bigint; wrong: bigint; first: string | null }>(
      `SELECT count(*) AS dependants, count(*) FILTER (WHERE stays) AS wrong, min(id::text) FILTER (WHERE stays) AS first
         FROM (SELECT d.id, e.left_on IS NOT NULL AND coalesce(d.left_on > greatest(e.left_on, d.eligible_from + 1), true) AS stays
                 FROM companies.member d JOIN companies.member e ON e.id = d.dependant_of
                WHERE d.dependant_of IS NOT NULL) AS judged`,
    );
    return { ok: wrong === 0n, detail: wrong === 0n ? `${dependants} dependants` : `${wrong} of ${dependants} dependants stay longer, first ${first}` };
  }
}
