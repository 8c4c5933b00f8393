// The declared flows: from which account role to which value may move. Anything else is a mistake and is refused.
import { DomainError } from '@countinghouse/kernel';
import { AccountRole } from './account-role';
import type { JournalEntryDraft } from './journal-entry';

/** Debit → credits. A role that stands on both sides of an entry counts with the side that is left over. */
export const FLOWS: Readonly<Record<AccountRole, readonly AccountRole[]>> = {
  // Invoices; refunds of a credit balance; revaluation and its reversal.
  receivables: ['deferred-revenue', 'vat-payable', 'provider-clearing', 'bank', 'fx-gain', 'fx-loss'],
  // Revenue earned; credit notes; an invoice whose charges and credits are taxed differently may owe tax on less net.
  'deferred-revenue': ['revenue', 'receivables', 'vat-payable', 'fx-gain'],
  // Revenue taken back; the earned part of credit notes.
  revenue: ['deferred-revenue', 'receivables', 'vat-payable', 'fx-gain'],
  // Credit notes; an invoice whose credits carry more tax than its charges.
  'vat-payable': ['receivables', 'deferred-revenue', 'revenue', 'fx-gain'],
  // Captures; disputes won; payouts below zero; fees given back.
  'provider-clearing': ['receivables', 'unapplied-cash', 'disputes', 'bank', 'provider-fees', 'fx-gain', 'fx-loss'],
  // Allocations; refunds of what was never applied.
  'unapplied-cash': ['receivables', 'provider-clearing', 'bank', 'fx-gain', 'fx-loss'],
  // Receipts; payouts.
  bank: ['unapplied-cash', 'provider-clearing', 'provider-fees', 'fx-gain', 'fx-loss'],
  'provider-fees': ['provider-clearing', 'bank', 'fx-gain'],
  disputes: ['provider-clearing', 'fx-gain', 'fx-loss'],
  // Write-offs; disputes lost.
  'bad-debt': ['receivables', 'disputes'],
  // A loss on what is settled, or on what is revalued; a revaluation gain reversed.
  'fx-loss': ['receivables', 'provider-clearing', 'unapplied-cash', 'disputes', 'bank', 'provider-fees'],
  'fx-gain': ['receivables', 'provider-clearing', 'unapplied-cash', 'disputes', 'bank'],
};

const DECLARED: ReadonlySet<string> = new Set(Object.entries(FLOWS).flatMap(([debit, credits]) => credits.map((credit) => `${debit} ${credit}`)));

/** @throws DomainError FLOW_NOT_ALLOWED naming the two roles */
export function assertFlowsAllowed(entry: JournalEntryDraft): void {
  const { debits, credits } = sides(entry);
  for (const debit of debits) {
    for (const credit of credits) if (!DECLARED.has(`${debit} ${credit}`)) throw notAllowed(entry, debit, credit);
  }
}

/** The roles that are left over on each side, by value in functional currency: exchange differences have no other. */
function sides({ lines }: JournalEntryDraft): { debits: AccountRole[]; credits: AccountRole[] } {
  const left = new Map<AccountRole, bigint>();
  for (const { role, functionalAmountMinor } of lines) left.set(role, (left.get(role) ?? 0n) + functionalAmountMinor);
  const debits: AccountRole[] = [];
  const credits: AccountRole[] = [];
  for (const [role, minor] of left) {
    if (minor > 0n) debits.push(role);
    if (minor < 0n) credits.push(role);
  }
  return { debits, credits };
}

function notAllowed(entry: JournalEntryDraft, debit: AccountRole, credit: AccountRole): DomainError {
  return new DomainError(
    'FLOW_NOT_ALLOWED',
    `The entry for ${entry.kind} of ${entry.sourceType} ${entry.sourceId} would move value from ${credit} to ${debit}, which no rule declares.`,
    { field: 'sourceId', value: entry.sourceId, remedy: 'Check the signs of the fact; what is meant and has no rule is a manual entry.' },
  );
}
