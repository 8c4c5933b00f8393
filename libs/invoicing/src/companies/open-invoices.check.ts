// A company with open invoices is not closed: somebody has to collect them, or write them off.
import { Injectable } from '@nestjs/common';
import { CheckedMove, CompanyObstacle, CompanyStatusCheck, CompanyStatusCheckProvider } from '@countinghouse/companies';
import type { CompanyId } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';

@Injectable()
@CompanyStatusCheckProvider()
export class OpenInvoices implements CompanyStatusCheck {
  readonly name = 'open-invoices';

  /** In figures only: whoever asks may not see the invoices of every issuer. */
  async check(reader: Reader, companyIds: readonly CompanyId[], move: CheckedMove): Promise<CompanyObstacle[]> {
    const rows = await reader.query<{ companyId: CompanyId; count: bigint }>(
      `SELECT payer_id AS "companyId", count(*) AS count FROM invoicing.invoice
        WHERE payer_type = 'company' AND payer_id = ANY ($1::uuid[]) AND state IN ('draft', 'finalised') GROUP BY 1 ORDER BY 1`,
      [companyIds],
    );
    return rows.map(({ companyId, count }) => ({
      companyId,
      severity: move === 'close' ? 'refuses' : 'warns',
      detail: `${count} ${count === 1n ? 'invoice is' : 'invoices are'} open.`,
      remedy: 'Collect, credit or write off what is open.',
    }));
  }
}
