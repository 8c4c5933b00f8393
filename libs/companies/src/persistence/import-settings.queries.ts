// The SQL of how a company's files are read.
import { CompanyId, RunId, TimeZone } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import type { ColumnMapping } from '../domain/column-mapping';

export interface ImportSettings {
  readonly companyId: CompanyId;
  readonly number: string;
  readonly timeZone: TimeZone;
  readonly status: string;
  readonly mapping: ColumnMapping;
  /** Null: the usual limit. */
  readonly removalLimitPercent: number | null;
}

export async function importSettings(reader: Reader, companyId: CompanyId): Promise<ImportSettings | undefined> {
  return reader.first<ImportSettings>(
    `SELECT c.id AS "companyId", c.number, c.time_zone AS "timeZone", c.status, coalesce(s.column_mapping, '{}') AS mapping,
            s.removal_limit_percent AS "removalLimitPercent"
       FROM companies.company c LEFT JOIN companies.member_import_settings s ON s.company_id = c.id
      WHERE c.id = $1`,
    [companyId],
  );
}

/** What is undefined stays as it is. */
export async function saveImportSettings(
  tx: Tx,
  companyId: CompanyId,
  { mapping, removalLimitPercent }: { mapping?: ColumnMapping | undefined; removalLimitPercent?: number | null | undefined },
): Promise<void> {
  await tx.execute(
    `INSERT INTO companies.member_import_settings AS s (company_id, column_mapping, removal_limit_percent)
     VALUES ($1, coalesce($2::jsonb, '{}'), $3)
     ON CONFLICT (company_id) DO UPDATE SET
       column_mapping = coalesce($2::jsonb, s.column_mapping), removal_limit_percent = CASE WHEN $4 THEN $3 ELSE s.removal_limit_percent END`,
    [companyId, mapping === undefined ? null : JSON.stringify(mapping), removalLimitPercent ?? null, removalLimitPercent !== undefined],
  );
}

/** The import of this company's people that has not ended; nobody else starts one until the transaction ends. */
export async function activeMembersImport(tx: Tx, kind: string, companyId: CompanyId): Promise<{ id: RunId; state: string } | undefined> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`${kind} ${companyId}`]);
  return tx.first<{ id: RunId; state: string }>(
    `SELECT id, state FROM platform.run
      WHERE kind = $1 AND state IN ('planned', 'running', 'paused', 'awaiting-approval') AND input -> 'options' ->> 'companyId' = $2`,
    [kind, companyId],
  );
}
