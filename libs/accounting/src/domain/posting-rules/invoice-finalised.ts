// Invoice finalised: debit receivables with the gross; credit deferred revenue with the net and VAT payable with the tax.
import { DomainError } from '@countinghouse/kernel';
import type { InvoiceFinalisedFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

/**
 * The net is deferred as a whole, also when its service period is over: the recognition run earns it.
 * @throws DomainError FACT_DOES_NOT_ADD_UP if the service lines are not the net
 */
export function invoiceFinalised(fact: InvoiceFinalisedFact): RuleLine[] {
  const linesMinor = fact.lines.reduce((sum, line) => sum + line.netMinor, 0n);
  if (linesMinor !== fact.netMinor) {
    throw new DomainError(
      'FACT_DOES_NOT_ADD_UP',
      `The lines of invoice ${fact.documentNumber} add up to ${linesMinor} minor units, its net is ${fact.netMinor}.`,
      { field: 'netMinor', value: fact.netMinor.toString(), remedy: 'Give every line of the invoice, and their sum as its net.' },
    );
  }
  return [
    {
      role: 'receivables',
      amountMinor: fact.netMinor + fact.taxMinor,
      party: fact.party,
      document: { type: 'invoice', id: fact.sourceId },
    },
    { role: 'deferred-revenue', amountMinor: -fact.netMinor },
    { role: 'vat-payable', amountMinor: -fact.taxMinor },
  ];
}
