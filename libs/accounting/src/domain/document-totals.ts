// The lines and totals of a document: each line is one, its lines are its net, its taxes are its tax, and their bases are its net again.
import { DomainError } from '@countinghouse/kernel';
import type { CreditNoteFinalisedFact, InvoiceFinalisedFact } from '@countinghouse/contracts';
import { refuseTooLarge } from './amount-limit';

/** @throws DomainError FACT_DOES_NOT_ADD_UP naming the total that is off, AMOUNT_TOO_LARGE, DOCUMENT_LINE_INVALID */
export function assertAddsUp(fact: InvoiceFinalisedFact | CreditNoteFinalisedFact): void {
  const lines = fact.lines.map((line) => line.netMinor);
  refuseUnsoundLines(fact);
  const bases = fact.taxes.map((tax) => tax.baseMinor);
  const taxes = fact.taxes.map((tax) => tax.taxMinor);
  compare(fact, 'lines', lines, 'netMinor', fact.netMinor);
  compare(fact, 'tax bases', bases, 'netMinor', fact.netMinor);
  compare(fact, 'taxes', taxes, 'taxMinor', fact.taxMinor);
}

/** What is deferred is kept by line, and earned over at least one day. */
function refuseUnsoundLines({ documentNumber, lines }: InvoiceFinalisedFact | CreditNoteFinalisedFact): void {
  const numbers = new Set<number>();
  for (const { lineNo, netMinor, servicePeriod } of lines) {
    refuseTooLarge(netMinor, `Line ${lineNo} of ${documentNumber}`, 'netMinor');
    if (numbers.has(lineNo)) throw invalidLine(`${documentNumber} has two lines ${lineNo}.`, 'lineNo', String(lineNo), 'Number every line of the document once.');
    numbers.add(lineNo);
    if (servicePeriod && servicePeriod.start >= servicePeriod.end) {
      const period = `${servicePeriod.start} ${servicePeriod.end}`;
      throw invalidLine(`Line ${lineNo} of ${documentNumber} is for no day.`, 'servicePeriod', period, 'Give the first day, and as the end the first day after the last; what is earned at once is earned in one day.');
    }
  }
}

function invalidLine(message: string, field: string, value: string, remedy: string): DomainError {
  return new DomainError('DOCUMENT_LINE_INVALID', message, { field, value, remedy });
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
