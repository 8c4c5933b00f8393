// The posting rules by kind of fact: the one place that says which rule posts what.
import type { CreditNoteFinalisedFact, Fact } from '@countinghouse/contracts';
import { assertPositive } from '../fact-amount';
import { RuleLine } from '../journal-entry';
import { CreditedInvoice, creditNoteFinalised } from './credit-note-finalised';
import { disputeLost } from './dispute-lost';
import { disputeOpened } from './dispute-opened';
import { disputeWon } from './dispute-won';
import { fundsReceived } from './funds-received';
import { invoiceFinalised } from './invoice-finalised';
import { paymentCaptured } from './payment-captured';
import { providerSettled } from './provider-settled';
import { receiptAllocated } from './receipt-allocated';
import { refundPaid } from './refund-paid';
import { revaluation, revaluationReversed } from './revaluation';
import { revenueEarned } from './revenue-earned';
import { writtenOff } from './written-off';

/**
 * The lines of a fact's entry, by account role. Adding a kind of fact without its rule does not compile.
 * @throws DomainError FACT_AMOUNT_NOT_POSITIVE, and those of the rules
 */
export function linesOf(fact: Fact, creditedBy: (fact: CreditNoteFinalisedFact) => CreditedInvoice): RuleLine[] {
  assertPositive(fact);
  switch (fact.kind) {
    case 'invoice-finalised':
      return invoiceFinalised(fact);
    case 'credit-note-finalised':
      return creditNoteFinalised(fact, creditedBy(fact));
    case 'revenue-earned':
      return revenueEarned(fact);
    case 'payment-captured':
      return paymentCaptured(fact);
    case 'provider-settled':
      return providerSettled(fact);
    case 'funds-received':
      return fundsReceived(fact);
    case 'receipt-allocated':
      return receiptAllocated(fact);
    case 'refund-paid':
      return refundPaid(fact);
    case 'dispute-opened':
      return disputeOpened(fact);
    case 'dispute-won':
      return disputeWon(fact);
    case 'dispute-lost':
      return disputeLost(fact);
    case 'written-off':
      return writtenOff(fact);
    case 'revaluation':
      return revaluation(fact);
    case 'revaluation-reversed':
      return revaluationReversed(fact);
  }
}
