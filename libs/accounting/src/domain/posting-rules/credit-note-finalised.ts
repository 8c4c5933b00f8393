// Credit note: debit deferred revenue with what is not earned yet, revenue with what is, and VAT payable; credit the receivable.
import type { CreditNoteFinalisedFact } from '@countinghouse/contracts';
import { Credit } from '../credit';
import { assertAddsUp } from '../document-totals';
import { RuleLine } from '../journal-entry';
import { taxCode } from '../tax-code';

/** What accounting knows of the invoice that a credit note credits. */
export interface CreditedInvoice {
  readonly credits: readonly Credit[];
  /** What each of the fact's taxes takes of what the invoice carries, so that its tax is taken back as it was charged. Absent in functional currency. */
  readonly taxesWorthMinor?: readonly bigint[];
}

/**
 * The receivable is that of the invoice, also when it is paid already: it then owes the payer, until the balance is
 * refunded. Net comes out at what the invoice put in.
 * @throws DomainError FACT_DOES_NOT_ADD_UP, TAX_UNKNOWN
 */
export function creditNoteFinalised(fact: CreditNoteFinalisedFact, { credits, taxesWorthMinor }: CreditedInvoice): RuleLine[] {
  assertAddsUp(fact);
  return [
    ...netLines(credits),
    ...fact.taxes.map((tax, index): RuleLine => {
      const worth = taxesWorthMinor?.[index];
      return { role: 'vat-payable', amountMinor: tax.taxMinor, taxCode: taxCode(tax), ...(worth === undefined ? {} : { functionalAmountMinor: worth }) };
    }),
    {
      role: 'receivables',
      amountMinor: -(fact.netMinor + fact.taxMinor),
      party: fact.party,
      document: { type: 'invoice', id: fact.invoiceId },
    },
  ];
}

/** One line per account, tax and sign: of both signs together, the two currencies might come out on different sides. */
function netLines(credits: readonly Credit[]): RuleLine[] {
  const lines = new Map<string, RuleLine & { amountMinor: bigint; functionalAmountMinor: bigint }>();
  const add = (role: 'deferred-revenue' | 'revenue', code: string, sign: string, amountMinor: bigint, functionalAmountMinor: bigint) => {
    const key = `${role} ${code} ${sign}`;
    const line = lines.get(key) ?? { role, taxCode: code, amountMinor: 0n, functionalAmountMinor: 0n };
    lines.set(key, {
      ...line,
      amountMinor: line.amountMinor + amountMinor,
      functionalAmountMinor: line.functionalAmountMinor + functionalAmountMinor,
    });
  };
  for (const { line, amountMinor, functionalAmountMinor, earnedMinor, earnedFunctionalMinor } of credits) {
    const code = taxCode(line.tax);
    const sign = amountMinor > 0n ? '+' : '-';
    add('deferred-revenue', code, sign, amountMinor - earnedMinor, functionalAmountMinor - earnedFunctionalMinor);
    add('revenue', code, sign, earnedMinor, earnedFunctionalMinor);
  }
  return [...lines.values()];
}
