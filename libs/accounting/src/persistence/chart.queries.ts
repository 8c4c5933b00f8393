// SQL of the books' frame: issuers, accounts by role, periods.
import { Currency, DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { AccountRole, AccountType } from '../domain/account-role';
import { ChartAccount } from '../domain/chart-of-accounts';

export interface Account {
  readonly id: bigint;
  readonly code: string;
  /** The only currency it takes; null takes every one. */
  readonly currency: Currency | null;
  /** The first day that may be posted to, and the first that may not any more; null without end. */
  readonly activeFrom: LocalDate | null;
  readonly activeUntil: LocalDate | null;
  /** Whether its postings name their documents. */
  readonly byDocument: boolean;
}

/** Whether an account takes postings of a day. */
export function isActive({ activeFrom, activeUntil }: Pick<Account, 'activeFrom' | 'activeUntil'>, day: LocalDate): boolean {
  return (activeFrom === null || activeFrom <= day) && (activeUntil === null || day < activeUntil);
}

export interface IssuerBooks {
  readonly functionalCurrency: Currency;
  readonly accounts: ReadonlyMap<AccountRole, Account>;
}

/** The accounts by role of issuers, in one statement. @throws DomainError BOOKS_NOT_OPEN naming an issuer without accounts */
export async function readBooks(reader: Reader, issuerIds: readonly IssuerId[]): Promise<Map<IssuerId, IssuerBooks>> {
  const rows = await reader.query<Account & { issuerId: IssuerId; functionalCurrency: Currency; role: AccountRole }>(
    `SELECT account.issuer_id AS "issuerId", issuer.functional_currency AS "functionalCurrency", account.role, account.id,
            account.code, account.currency, account.active_from AS "activeFrom", account.active_until AS "activeUntil",
            account.by_document AS "byDocument"
       FROM accounting.account JOIN platform.issuer ON issuer.id = account.issuer_id
      WHERE account.issuer_id = ANY ($1::uuid[]) AND account.role IS NOT NULL`,
    [issuerIds],
  );
  const books = new Map<IssuerId, { functionalCurrency: Currency; accounts: Map<AccountRole, Account> }>();
  for (const { issuerId, functionalCurrency, role, ...account } of rows) {
    const ofIssuer = books.get(issuerId) ?? { functionalCurrency, accounts: new Map() };
    books.set(issuerId, ofIssuer);
    ofIssuer.accounts.set(role, account);
  }
  const missing = issuerIds.find((issuerId) => !books.has(issuerId));
  if (missing) {
    throw new DomainError('BOOKS_NOT_OPEN', `Issuer ${missing} has no books.`, {
      field: 'issuerId',
      value: missing,
      remedy: 'Open the books of the issuer first.',
    });
  }
  return books;
}

/** Adds the accounts an issuer does not have yet; says how many. */
export async function insertAccounts(tx: Tx, issuerId: IssuerId, chart: readonly ChartAccount[]): Promise<number> {
  return tx.execute(
    `INSERT INTO accounting.account (issuer_id, code, name, type, role, by_document, taxonomy_code)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::int[])
     ON CONFLICT DO NOTHING`,
    [
      issuerId,
      chart.map((account) => account.code),
      chart.map((account) => account.name),
      chart.map((account) => account.type),
      chart.map((account) => account.role),
      chart.map((account) => account.byDocument),
      chart.map((account) => account.taxonomyCode),
    ],
  );
}

/** Opens the months from `from` to the month of `through` that are missing; says how many. */
export async function insertPeriods(tx: Tx, issuerId: IssuerId, from: LocalDate, through: LocalDate): Promise<number> {
  const { opened } = await tx.one<{ opened: number }>('SELECT accounting.ensure_periods($1, $2, $3) AS opened', [issuerId, from, through]);
  return opened;
}

/** The first day of the last period of an issuer, if its books are open. */
export async function lastPeriod(reader: Reader, issuerId: IssuerId): Promise<LocalDate | undefined> {
  const last = await reader.first<{ startsOn: LocalDate }>(
    'SELECT starts_on AS "startsOn" FROM accounting.period WHERE issuer_id = $1 ORDER BY starts_on DESC LIMIT 1',
    [issuerId],
  );
  return last?.startsOn;
}

/** The functional currency of an issuer, if there is such an issuer. */
export async function functionalCurrencyOf(reader: Reader, issuerId: IssuerId): Promise<Currency | undefined> {
  const issuer = await reader.first<{ currency: Currency }>('SELECT functional_currency AS currency FROM platform.issuer WHERE id = $1', [
    issuerId,
  ]);
  return issuer?.currency;
}

/** An account as its chart shows it. */
export interface AccountOfChart extends Account {
  readonly name: string;
  readonly type: AccountType;
  readonly role: AccountRole | null;
  readonly taxonomyCode: number | null;
}

const OF_CHART = `id, code, name, type, role, currency, by_document AS "byDocument", taxonomy_code AS "taxonomyCode",
  active_from AS "activeFrom", active_until AS "activeUntil"`;

/** The whole chart of an issuer by code; a few hundred accounts. */
export async function chartOf(reader: Reader, issuerId: IssuerId): Promise<AccountOfChart[]> {
  return reader.query<AccountOfChart>(`SELECT ${OF_CHART} FROM accounting.account WHERE issuer_id = $1 ORDER BY code`, [issuerId]);
}

/** Adds an account of no role. Violates `account_code_is_unique_per_issuer`. */
export async function insertAccount(
  tx: Tx,
  issuerId: IssuerId,
  account: Pick<AccountOfChart, 'code' | 'name' | 'type' | 'currency' | 'taxonomyCode' | 'activeFrom'>,
): Promise<AccountOfChart> {
  return tx.one<AccountOfChart>(
    `INSERT INTO accounting.account (issuer_id, code, name, type, currency, taxonomy_code, active_from) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${OF_CHART}`,
    [issuerId, account.code, account.name, account.type, account.currency, account.taxonomyCode, account.activeFrom],
  );
}

/** An account, locked until this transaction ends, with the currencies in which it still has a balance. */
export async function lockAccount(tx: Tx, issuerId: IssuerId, code: string): Promise<(AccountOfChart & { currenciesOpen: Currency[] }) | undefined> {
  const account = await tx.first<AccountOfChart>(`SELECT ${OF_CHART} FROM accounting.account WHERE issuer_id = $1 AND code = $2 FOR NO KEY UPDATE`, [issuerId, code]);
  if (!account) return undefined;
  const open = await tx.query<{ currency: Currency }>(
    `SELECT currency FROM accounting.account_balance WHERE account_id = $1 AND (balance_minor <> 0 OR functional_balance_minor <> 0) ORDER BY currency`,
    [account.id],
  );
  return { ...account, currenciesOpen: open.map(({ currency }) => currency) };
}

/** Violates `account_is_active_on_its_postings` and `account_is_active_for_a_day`. */
export async function closeAccountFrom(tx: Tx, id: bigint, day: LocalDate): Promise<AccountOfChart> {
  return tx.one<AccountOfChart>(`UPDATE accounting.account SET active_until = $2 WHERE id = $1 RETURNING ${OF_CHART}`, [id, day]);
}
