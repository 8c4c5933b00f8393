// SQL of manual entries: requests, decisions, and what an entry that is to be taken back consists of.
import { Currency, DomainError, Id, IssuerId, LocalDate } from '@countinghouse/kernel';
import { groupedBy, Reader, Tx } from '@countinghouse/platform';

export type ManualEntryId = Id<'ManualEntry'>;

/** A line as it is kept until it is posted. */
export interface RequestedLine {
  readonly accountId: bigint;
  readonly amountMinor: bigint;
  readonly functionalAmountMinor: bigint;
  /** The rate between the two, as decimal text; null in functional currency. */
  readonly rate: string | null;
}

export interface ManualEntry {
  readonly id: ManualEntryId;
  readonly issuerId: IssuerId;
  readonly kind: 'manual-entry' | 'reversal';
  readonly effectiveOn: LocalDate;
  readonly currency: Currency;
  readonly reason: string;
  /** The entry that it takes back. */
  readonly reverses: bigint | null;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly state: 'requested' | 'approved' | 'rejected';
  readonly decidedBy: string | null;
  /** The entry that the approval posted. */
  readonly entryId: bigint | null;
}

/** A line as whoever decides on it sees it; debit positive. */
export interface LineToDecide {
  readonly accountCode: string;
  readonly accountName: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  /** The issuer's. */
  readonly functionalCurrency: Currency;
  readonly functionalAmountMinor: bigint;
  readonly rate: string | null;
}

const COLUMNS = `id, issuer_id AS "issuerId", kind, effective_on AS "effectiveOn", currency, reason, reverses,
  requested_by AS "requestedBy", requested_at AS "requestedAt", state, decided_by AS "decidedBy", entry_id AS "entryId"`;

/** An account as a manual entry sees it. */
export interface ManualAccount {
  readonly id: bigint;
  readonly code: string;
  readonly activeFrom: LocalDate | null;
  readonly activeUntil: LocalDate | null;
  readonly currency: Currency | null;
  /** Only facts move it, because proofs compare it with what lies behind them. */
  readonly isControl: boolean;
}

/** The accounts of an issuer with these codes. */
export async function accountsByCode(reader: Reader, issuerId: IssuerId, codes: readonly string[]): Promise<Map<string, ManualAccount>> {
  const rows = await reader.query<ManualAccount>(
    `SELECT id, code, active_from AS "activeFrom", active_until AS "activeUntil", currency, by_document OR coalesce(role = 'deferred-revenue', false) AS "isControl"
       FROM accounting.account WHERE issuer_id = $1 AND code = ANY ($2)`,
    [issuerId, codes],
  );
  return new Map(rows.map((row) => [row.code, row]));
}

/** Violates `entry_is_reversed_by_one_request` when the entry is being taken back already. */
export async function insertManualEntry(
  tx: Tx,
  entry: Pick<ManualEntry, 'id' | 'issuerId' | 'kind' | 'effectiveOn' | 'currency' | 'reason' | 'reverses' | 'requestedBy'>,
  lines: readonly RequestedLine[],
): Promise<ManualEntry> {
  return tx.one<ManualEntry>(
    `INSERT INTO accounting.manual_entry (id, issuer_id, kind, effective_on, currency, reason, reverses, requested_by, lines)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, jsonb_agg(jsonb_build_object('accountId', account, 'amountMinor', amount, 'functionalAmountMinor', functional, 'rate', rate) ORDER BY no)
       FROM unnest($9::int8[], $10::int8[], $11::int8[], $12::numeric[]) WITH ORDINALITY AS line(account, amount, functional, rate, no)
     RETURNING ${COLUMNS}`,
    [
      entry.id,
      entry.issuerId,
      entry.kind,
      entry.effectiveOn,
      entry.currency,
      entry.reason,
      entry.reverses,
      entry.requestedBy,
      lines.map((line) => line.accountId),
      lines.map((line) => line.amountMinor),
      lines.map((line) => line.functionalAmountMinor),
      lines.map((line) => line.rate),
    ],
  );
}

/** A request, locked until this transaction ends. @throws DomainError MANUAL_ENTRY_NOT_FOUND */
export async function lockManualEntry(tx: Tx, id: ManualEntryId): Promise<ManualEntry> {
  const entry = await tx.first<ManualEntry>(`SELECT ${COLUMNS} FROM accounting.manual_entry WHERE id = $1 FOR NO KEY UPDATE`, [id]);
  if (entry) return entry;
  throw new DomainError('MANUAL_ENTRY_NOT_FOUND', `There is no manual entry ${id}.`, { field: 'manualEntryId', value: id });
}

/** Approves and posts; the id of the journal entry. */
export async function postManualEntry(tx: Tx, id: ManualEntryId, decidedBy: string): Promise<bigint> {
  const { entryId } = await tx.one<{ entryId: bigint }>('SELECT accounting.post_manual_entry($1, $2) AS "entryId"', [id, decidedBy]);
  return entryId;
}

export async function rejectManualEntry(tx: Tx, id: ManualEntryId, decidedBy: string): Promise<void> {
  await tx.execute(`UPDATE accounting.manual_entry SET state = 'rejected', decided_by = $2 WHERE id = $1`, [id, decidedBy]);
}

/** An entry as far as taking it back needs to know it. */
export interface ReversibleEntry {
  readonly issuerId: IssuerId;
  readonly entryDate: LocalDate;
  readonly reversedBy: bigint | null;
  readonly currencies: readonly Currency[];
  /** Codes of the accounts in it that only facts move. */
  readonly controlAccounts: readonly string[];
  readonly accounts: readonly Pick<ManualAccount, 'code' | 'activeFrom' | 'activeUntil'>[];
  readonly lines: readonly RequestedLine[];
}

export async function readReversible(reader: Reader, entryId: bigint): Promise<ReversibleEntry | undefined> {
  const rows = await reader.query<RequestedLine & { issuerId: IssuerId; entryDate: LocalDate; reversedBy: bigint | null; currency: Currency } & Pick<ManualAccount, 'code' | 'activeFrom' | 'activeUntil' | 'isControl'>>(
    `SELECT entry.issuer_id AS "issuerId", entry.entry_date AS "entryDate",
            (SELECT id FROM accounting.journal_entry WHERE reverses = entry.id) AS "reversedBy",
            line.currency, line.account_id AS "accountId", line.amount_minor AS "amountMinor",
            line.functional_amount_minor AS "functionalAmountMinor", line.rate, account.code,
            account.active_from AS "activeFrom", account.active_until AS "activeUntil",
            account.by_document OR coalesce(account.role = 'deferred-revenue', false) AS "isControl"
       FROM accounting.journal_entry entry
       JOIN accounting.posting line ON line.entry_id = entry.id
       JOIN accounting.account ON account.id = line.account_id
      WHERE entry.id = $1 ORDER BY line.line_no`,
    [entryId],
  );
  if (rows.length === 0) return undefined;
  const { issuerId, entryDate, reversedBy } = rows[0]!;
  return {
    issuerId,
    entryDate,
    reversedBy,
    currencies: [...new Set(rows.map((row) => row.currency))],
    controlAccounts: [...new Set(rows.filter((row) => row.isControl).map((row) => row.code))],
    accounts: rows,
    lines: rows.map(({ accountId, amountMinor, functionalAmountMinor, rate }) => ({ accountId, amountMinor, functionalAmountMinor, rate })),
  };
}

/** Those of an issuer that wait for a decision, the oldest first. */
export async function undecidedManualEntries(reader: Reader, issuerId: IssuerId, limit = 100): Promise<ManualEntry[]> {
  return reader.query<ManualEntry>(
    `SELECT ${COLUMNS} FROM accounting.manual_entry WHERE issuer_id = $1 AND state = 'requested' ORDER BY requested_at, id LIMIT $2`,
    [issuerId, limit],
  );
}

/** One of them, whatever was decided; undefined when there is none. */
export async function manualEntryById(reader: Reader, id: ManualEntryId): Promise<ManualEntry | undefined> {
  return reader.first<ManualEntry>(`SELECT ${COLUMNS} FROM accounting.manual_entry WHERE id = $1`, [id]);
}

/** The lines of entries as they were asked for, by entry. */
export async function linesOfManualEntries(reader: Reader, ids: readonly string[]): Promise<Map<string, LineToDecide[]>> {
  const rows = await reader.query<LineToDecide & { entry: string }>(
    `SELECT manual.id AS entry, account.code AS "accountCode", account.name AS "accountName", manual.currency, line."amountMinor",
            issuer.functional_currency AS "functionalCurrency", line."functionalAmountMinor", line.rate
       FROM accounting.manual_entry manual
       JOIN platform.issuer ON issuer.id = manual.issuer_id
      CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(manual.lines) AS ("accountId" bigint, "amountMinor" bigint, "functionalAmountMinor" bigint, rate numeric))
            WITH ORDINALITY AS line("accountId", "amountMinor", "functionalAmountMinor", rate, no)
       JOIN accounting.account ON account.id = line."accountId"
      WHERE manual.id = ANY ($1::uuid[]) ORDER BY manual.id, line.no`,
    [ids],
  );
  return groupedBy(rows, 'entry');
}

/** How many undecided entries would post to an account on a day or later. */
export async function undecidedOn(reader: Reader, { issuerId, accountId, from }: { readonly issuerId: IssuerId; readonly accountId: bigint; readonly from: LocalDate }): Promise<bigint> {
  const { undecided } = await reader.one<{ undecided: bigint }>(
    `SELECT count(*) AS undecided FROM accounting.manual_entry
      WHERE issuer_id = $1 AND state = 'requested' AND effective_on >= $3 AND lines @> jsonb_build_array(jsonb_build_object('accountId', $2::bigint))`,
    [issuerId, accountId, from],
  );
  return undecided;
}
