// Provider settlement: debit bank with what arrives and provider fees with what was kept; credit clearing item by item.
import { DomainError } from '@countinghouse/kernel';
import type { ProviderSettledFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

/**
 * Every item leaves clearing under its own document, so that what a provider still owes is a list of payments.
 * @throws DomainError FACT_DOES_NOT_ADD_UP if the items are not what arrives plus the fees
 */
export function providerSettled(fact: ProviderSettledFact): RuleLine[] {
  const itemsMinor = fact.items.reduce((sum, item) => sum + item.amountMinor, 0n);
  if (itemsMinor !== fact.bankMinor + fact.feeMinor) {
    throw new DomainError(
      'FACT_DOES_NOT_ADD_UP',
      `The items of settlement ${fact.sourceId} add up to ${itemsMinor} minor units, payout and fees to ${fact.bankMinor + fact.feeMinor}.`,
      { field: 'items', value: itemsMinor.toString(), remedy: 'Give every item of the settlement with its sign, and all its fees.' },
    );
  }
  return [
    { role: 'bank', amountMinor: fact.bankMinor },
    { role: 'provider-fees', amountMinor: fact.feeMinor, party: { type: 'provider', id: fact.provider } },
    ...fact.items.map(
      ({ type, id, amountMinor }): RuleLine => ({
        role: 'provider-clearing',
        amountMinor: -amountMinor,
        party: { type: 'provider', id: fact.provider },
        document: { type, id },
      }),
    ),
  ];
}
