// A company that others lean on: it cannot be closed while it is invoiced for them.
import { Injectable } from '@nestjs/common';
import type { CompanyId } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';
import { CheckedMove, CompanyObstacle, CompanyStatusCheck, CompanyStatusCheckProvider } from './status-check';

@Injectable()
@CompanyStatusCheckProvider()
export class DependentCompanies implements CompanyStatusCheck {
  readonly name = 'dependent-companies';

  /** Those that are to be closed in the same act do not count: a whole group goes at once. */
  async check(reader: Reader, companyIds: readonly CompanyId[], move: CheckedMove): Promise<CompanyObstacle[]> {
    const rows = await reader.query<{ companyId: CompanyId; pays: boolean; count: bigint; first: string }>(
      `WITH leaning AS (
         SELECT payer_id AS on_id, true AS pays, id FROM companies.company WHERE payer_id = ANY ($1::uuid[])
         UNION SELECT parent_id, false, id FROM companies.company WHERE parent_id = ANY ($1::uuid[])
         -- And those whose move to it lies ahead.
         UNION SELECT companies.place_on(company_id, kind, effective_on), kind = 'payer', company_id
           FROM companies.company_move_due, (VALUES ('parent'), ('payer')) AS of_kind(kind)
          WHERE companies.place_on(company_id, kind, effective_on) = ANY ($1::uuid[])
       )
       SELECT l.on_id AS "companyId", l.pays, count(*) AS count, min(c.number) AS first
         FROM leaning l JOIN companies.company c ON c.id = l.id
        WHERE c.status <> 'closed' AND c.id <> ALL ($1::uuid[]) GROUP BY 1, 2 ORDER BY 1, 2`,
      [companyIds],
    );
    return rows.map(({ companyId, pays, count, first }) => ({
      companyId,
      severity: pays && move === 'close' ? 'refuses' : 'warns',
      detail: `${count} ${count === 1n ? 'company' : 'companies'}, ${first} the first, ${count === 1n ? 'is' : 'are'} ${pays ? 'invoiced through it' : 'under it'}.`,
      remedy: pays ? 'Give them another payer, or close them first.' : 'Move them under another parent if they are to stay.',
    }));
  }
}
