// The floor of bulk posting: rows that were posted, copied into the same tables and indexes, without triggers.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** A table with its rows as text of COPY; ids included, so that they belong together as before. */
export interface CopiedTable {
  readonly table: string;
  readonly columns: string;
  readonly rows: readonly Buffer[];
}

export async function copyOut(client: Client, table: string): Promise<CopiedTable> {
  const { rows: names } = await client.query<{ name: string }>(
    `SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [table],
  );
  const columns = names.map(({ name }) => name).join(', ');
  const rows: Buffer[] = [];
  for await (const part of client.query(copyTo(`COPY (SELECT ${columns} FROM ${table}) TO STDOUT`))) rows.push(part as Buffer);
  return { table, columns, rows };
}

/** In one transaction, as a bulk load does it. */
export async function copyIn(client: Client, tables: readonly CopiedTable[]): Promise<void> {
  await client.query('BEGIN');
  for (const { table, columns, rows } of tables) await pipeline(Readable.from(rows), client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN`)));
  await client.query('COMMIT');
}

export const WITHOUT_TRIGGERS = ['journal_entry', 'posting', 'document', 'revenue_schedule'].map((table) => `ALTER TABLE accounting.${table} DISABLE TRIGGER USER`);

/** What the guards check and a foreign key can say, as a textbook would have it. */
export const WITH_FOREIGN_KEYS = [
  `ALTER TABLE accounting.posting ADD CONSTRAINT posting_has_an_entry FOREIGN KEY (entry_id) REFERENCES accounting.journal_entry (id)`,
  `ALTER TABLE accounting.posting ADD CONSTRAINT posting_has_an_account FOREIGN KEY (account_id) REFERENCES accounting.account (id)`,
  `ALTER TABLE accounting.journal_entry ADD CONSTRAINT entry_has_a_period FOREIGN KEY (issuer_id, period_start) REFERENCES accounting.period (issuer_id, starts_on)`,
  `ALTER TABLE accounting.journal_entry ADD CONSTRAINT entry_belongs_to_an_issuer FOREIGN KEY (issuer_id) REFERENCES platform.issuer (id)`,
  `ALTER TABLE accounting.journal_entry ADD CONSTRAINT entry_takes_back_an_entry FOREIGN KEY (reverses) REFERENCES accounting.journal_entry (id)`,
];
