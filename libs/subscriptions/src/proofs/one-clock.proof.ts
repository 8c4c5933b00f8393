// Proof: nobody lives on two clocks, by contracts of its own or of those whom payment ties to it.
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@ProofProvider()
export class CompaniesOnOneClock implements Proof {
  readonly name = 'companies-on-one-clock';

  /** What a move with psql could do: the application asks before it moves, and the guard of contracts looks at the moves that there are. */
  async prove(reader: Reader): Promise<ProofResult> {
    const { companies, wrong, first } = await reader.one<{ companies: bigint; wrong: bigint; first: string | null }>(
      `SELECT count(DISTINCT kin.company_id) AS companies, count(DISTINCT c.number) AS wrong, min(c.number) AS first
         FROM subscriptions.companies_on_test_clocks() AS kin
         LEFT JOIN subscriptions.contract k ON k.company_id = kin.company_id AND k.issuer_id <> kin.issuer_id
         LEFT JOIN companies.company c ON c.id = k.company_id`,
    );
    return { ok: wrong === 0n, detail: wrong === 0n ? `${companies} companies on test clocks, and on no other` : `${wrong} of ${companies} companies on test clocks live on another, too, ${first} the first` };
  }
}
