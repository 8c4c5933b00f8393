// A company with a running contract is not closed: it would go on owing.
import { Injectable } from '@nestjs/common';
import { CheckedMove, CompanyObstacle, CompanyStatusCheck, CompanyStatusCheckProvider } from '@countinghouse/companies';
import type { CompanyId } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';

@Injectable()
@CompanyStatusCheckProvider()
export class RunningContracts implements CompanyStatusCheck {
  readonly name = 'running-contracts';

  /** In figures only: whoever asks may not see the contracts of every issuer. */
  async check(reader: Reader, companyIds: readonly CompanyId[], move: CheckedMove, at: Date): Promise<CompanyObstacle[]> {
    const rows = await reader.query<{ companyId: CompanyId; count: bigint }>(
      `SELECT k.company_id AS "companyId", count(*) AS count
         FROM subscriptions.contract k JOIN subscriptions.contract_state(($2::timestamptz AT TIME ZONE 'UTC')::date) AS s ON s.contract_id = k.id
        WHERE k.company_id = ANY ($1::uuid[]) AND s.life IN ('upcoming', 'running') GROUP BY 1 ORDER BY 1`,
      [companyIds, at],
    );
    return rows.map(({ companyId, count }) => ({
      companyId,
      severity: move === 'close' ? 'refuses' : 'warns',
      detail: `${count} ${count === 1n ? 'contract is' : 'contracts are'} running.`,
      remedy: move === 'close' ? 'End the contracts first.' : 'They go on being billed; pause or end them if they should not.',
    }));
  }
}
