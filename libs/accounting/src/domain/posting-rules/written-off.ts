// Write-off: debit bad debt, credit the receivable of the invoice that will not be paid.
import type { WrittenOffFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

/** What is lost is what the invoice stood at in the books; giving it up realises no exchange difference. */
export function writtenOff({ party, invoiceId, amountMinor }: WrittenOffFact): RuleLine[] {
  return [
    { role: 'bad-debt', amountMinor, party, takesOtherSide: true },
    { role: 'receivables', amountMinor: -amountMinor, party, document: { type: 'invoice', id: invoiceId } },
  ];
}
