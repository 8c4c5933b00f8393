// What invoicing has to tell of a company: the documents that went to it, and when they were settled.
import { Injectable } from '@nestjs/common';
import { CompanyTimelineSource, CompanyTimelineSourceProvider, readTimeline, TimelineBranch, TimelineEntry, TimelineQuestion } from '@countinghouse/companies';
import { Money } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';

const INVOICE = {
  from: 'invoicing.invoice i', where: `i.payer_type = 'company' AND i.payer_id = $1`, issuer: 'i.issuer_id', id: 'i.id::text', subject: ['Invoice', 'i.id'],
  // Minor units as text: a JSON number would lose digits.
  detail: `jsonb_build_object('type', i.document_type, 'number', i.number, 'minor', i.gross_minor::text, 'currency', i.currency, 'due', i.due_on)`,
} as const;

const BRANCHES: readonly TimelineBranch[] = [
  { ...INVOICE, kind: 'invoice-finalised', at: 'i.finalised_at', tell: ({ due, ...invoice }) => `${named(invoice)}${invoice.type === 'invoice' ? `, due ${due}` : ''}.` },
  { ...INVOICE, kind: 'invoice-paid', at: 'i.paid_at', tell: (invoice) => `${named(invoice)}, was settled.` },
];

@Injectable()
@CompanyTimelineSourceProvider()
export class InvoicingTimeline implements CompanyTimelineSource {
  readonly name = 'invoicing';

  entries(reader: Reader, question: TimelineQuestion): Promise<TimelineEntry[]> {
    return readTimeline(reader, BRANCHES, question);
  }
}

function named({ type, number, minor, currency }: { type: string; number: string; minor: string; currency: string }): string {
  return `${type === 'invoice' ? 'Invoice' : 'Credit note'} ${number} of ${Money.of(BigInt(minor), currency).toDecimal()} ${currency}`;
}
