// The totals of a document: its lines are its net, its taxes are its tax, and their bases are its net again.
import { DomainError } from '@countinghouse/kernel';
import type { CreditNoteFinalisedFact, InvoiceFinalisedFact } from '@countinghouse/contracts';
import { refuseTooLarge } from './amount-limit';

/** @throws DomainError FACT_DOES_NOT_ADD_UP naming the total that is off, AMOUNT_TOO_LARGE */
export function assertAddsUp(fact: InvoiceFinalisedFact | CreditNoteFinalisedFact): void {
  const lines = fact.lines.map((line) => line.netMinor);
  for (const minor of lines) refuseTooLarge(minor, `A line of ${fact.documentNumber}`, 'netMinor');
  const bases = fact.taxes.map((tax) => tax.baseMinor);
  const taxes = fact.taxes.map((tax) => tax.taxMinor);
  compare(fact, 'lines', lines, 'netMinor', fact.netMinor);
  compare(fact, 'tax bases', bases, 'netMinor', fact.netMinor);
  compare(fact, 'taxes', taxes, 'taxMinor', fact.taxMinor);
}

function compare(fact: { documentNumber: string }, what: string, parts: readonly bigint[], field: string, totalMinor: bigint): void {
  const sumMinor = parts.reduce((sum, part) => sum + part, 0n);
  if (sumMinor === totalMinor) return;
  throw new DomainError(
    'FACT_DOES_NOT_ADD_UP',
    `The ${what} of ${fact.documentNumber} add up to ${sumMinor} minor units, its ${field} is ${totalMinor}.`,
    { field, value: totalMinor.toString(), remedy: `Give all the ${what} of the document, and their sum as its ${field}.` },
  );
}
