// The SQL of the headcount log.
import { CompanyId, DateRange } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import type { HeadcountChange } from '../domain/headcount';

/** What a change was recorded for. */
export interface HeadcountSource {
  readonly type: 'run' | 'member';
  readonly id: string;
}

/** Appends to the log; one statement however many there are. */
export async function appendHeadcountChanges(tx: Tx, changes: readonly HeadcountChange[], source: HeadcountSource): Promise<void> {
  if (changes.length === 0) return;
  await tx.execute(
    `INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id)
     SELECT c.company_id, 'eligible', c.effective_on, c.change, $4, $5
       FROM unnest($1::uuid[], $2::date[], $3::int[]) AS c(company_id, effective_on, change)`,
    [
      changes.map(({ companyId }) => companyId),
      changes.map(({ effectiveOn }) => effectiveOn),
      changes.map(({ change }) => change),
      source.type,
      source.id,
    ],
  );
}

/** The changes of each company before the range's end, summed by day, in order; those before its start stand on its start. */
export async function headcountChangesByDay(
  reader: Reader,
  companyIds: readonly CompanyId[],
  range: DateRange,
): Promise<HeadcountChange[]> {
  return reader.query(
    `SELECT h.company_id AS "companyId", greatest(h.effective_on, $2::date) AS "effectiveOn", sum(h.change)::int AS change
       FROM unnest($1::uuid[]) AS asked(id)
       JOIN companies.headcount_change h ON h.company_id = asked.id AND h.measure = 'eligible' AND h.effective_on < $3::date
      GROUP BY 1, 2
      ORDER BY 1, 2`,
    [companyIds, range.start, range.end],
  );
}
