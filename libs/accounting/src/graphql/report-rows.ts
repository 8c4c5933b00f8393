// Rows of the reports as the API shows them: parties and documents become things that can be asked for.
import { DomainError } from '@countinghouse/kernel';
import { globalId, readGlobalId } from '@countinghouse/platform';
import { AGEING_BUCKETS } from '../domain/reports/ageing';
import type { BalanceSheet, ProfitAndLoss, StatementSection } from '../domain/reports/financial-statements';
import type { AgeingLine } from '../persistence/reports/receivables.queries';

/** The types of the API that lie behind a party or document; their contexts know them, we only write the id. */
const NODES: Readonly<Record<string, string>> = { company: 'Company', member: 'Member', invoice: 'Invoice', 'credit-note': 'Invoice', payment: 'Payment' };

/** The uuid of whoever has an account with us. @throws DomainError ID_INVALID */
export function partyOf(id: string, field: string): string {
  const { type, uuid } = readGlobalId(id, field);
  if (type === 'Company' || type === 'Member') return uuid;
  throw new DomainError('ID_INVALID', `${JSON.stringify(id)} is not the id of a company or member.`, { field, value: id, remedy: 'Give the id of a Company or a Member.' });
}

export interface Referring {
  readonly partyType?: string | null;
  readonly partyId?: string | null;
  readonly documentType?: string | null;
  readonly documentId?: string | null;
  readonly documentNumber?: string | null;
}

export function withReferences<Row extends Referring>(row: Row) {
  return { ...row, party: party(row), document: document(row) };
}

function party({ partyType, partyId }: Referring) {
  return partyType && partyId ? { type: partyType, id: nodeId(partyType, partyId), partyId } : null;
}

function document({ documentType, documentId, documentNumber }: Referring) {
  return documentType && documentId ? { type: documentType, number: documentNumber ?? null, id: nodeId(documentType, documentId) } : null;
}

function nodeId(type: string, id: string): string | null {
  return NODES[type] ? globalId(NODES[type], id) : null;
}

export function ageingRow(line: AgeingLine) {
  const buckets = Object.fromEntries(AGEING_BUCKETS.map((bucket, no) => [`${bucket}Minor`, line.bucketsMinor[no]!]));
  return { ...withReferences(line), ...buckets };
}

export function balanceSheetRow(sheet: BalanceSheet, currency: string) {
  const { assets, liabilities, equity } = sheet;
  return { ...sheet, currency, assets: section(assets, currency), liabilities: section(liabilities, currency), equity: section(equity, currency) };
}

export function profitAndLossRow(result: ProfitAndLoss, currency: string) {
  return { ...result, currency, income: section(result.income, currency), expenses: section(result.expenses, currency) };
}

function section({ items, totalMinor }: StatementSection, currency: string) {
  return { totalMinor, currency, items: items.map((item) => ({ ...item, currency })) };
}
