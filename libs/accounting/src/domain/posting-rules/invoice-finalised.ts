// Invoice finalised: debit receivables with the gross; credit deferred revenue with the net and VAT payable with the tax.
import type { InvoiceFinalisedFact } from '@countinghouse/contracts';
import { assertAddsUp } from '../document-totals';
import { RuleLine } from '../journal-entry';
import { taxCode } from '../tax-code';

/**
 * One line of net and one of tax per tax, so that what is to be declared can be read from the ledger. The net is deferred
 * as a whole, also when its service period is over: the recognition run earns it.
 * @throws DomainError FACT_DOES_NOT_ADD_UP, TAX_UNKNOWN
 */
export function invoiceFinalised(fact: InvoiceFinalisedFact): RuleLine[] {
  assertAddsUp(fact);
  const taxes = fact.taxes.map((tax) => ({ ...tax, taxCode: taxCode(tax) }));
  return [
    {
      role: 'receivables',
      amountMinor: fact.netMinor + fact.taxMinor,
      party: fact.party,
      document: { type: 'invoice', id: fact.sourceId },
    },
    ...taxes.map(({ taxCode, baseMinor }): RuleLine => ({ role: 'deferred-revenue', amountMinor: -baseMinor, taxCode })),
    ...taxes.map(({ taxCode, taxMinor }): RuleLine => ({ role: 'vat-payable', amountMinor: -taxMinor, taxCode })),
  ];
}
