// The journal as CSV: one line per posting, with everything that is known of it.
import { csvLine, Money } from '@countinghouse/kernel';
import { ExportedBooks, ExportedEntry, JournalFormat } from './journal-format';

const COLUMNS = [
  'entry', 'entry_date', 'effective_on', 'kind', 'source_type', 'source_id', 'reverses', 'line', 'account_code', 'account_name', 'currency', 'debit', 'credit',
  'functional_currency', 'functional_debit', 'functional_credit', 'party_type', 'party_id', 'document_type', 'document_id', 'document_number', 'tax_code',
  'rate', 'recorded_at',
];

export const journalCsv: JournalFormat = {
  head: () => csvLine(COLUMNS),

  entry(entry: ExportedEntry, { functionalCurrency }: ExportedBooks): string {
    const { id, entryDate, effectiveOn, kind, sourceType, sourceId, reverses, recordedAt } = entry;
    return entry.lines
      .map((line) =>
        csvLine([
          id, entryDate, effectiveOn, kind, sourceType, sourceId, reverses, line.lineNo, line.accountCode, line.accountName, line.currency,
          ...debitAndCredit(line.amountMinor, line.currency), functionalCurrency, ...debitAndCredit(line.functionalAmountMinor, functionalCurrency),
          line.partyType, line.partyId, line.documentType, line.documentId, line.documentNumber, line.taxCode, line.rate, recordedAt.toISOString(),
        ]),
      )
      .join('');
  },
};

/** The amount on its side, in major units. */
function debitAndCredit(minor: bigint, currency: string): [debit: string, credit: string] {
  const text = Money.of(minor < 0n ? -minor : minor, currency).toDecimal();
  return minor < 0n ? ['', text] : [text, ''];
}
