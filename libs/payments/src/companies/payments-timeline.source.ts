// What payments has to tell of a company: what was scheduled for it and what came in.
import { Injectable } from '@nestjs/common';
import { CompanyTimelineSource, CompanyTimelineSourceProvider, readTimeline, TimelineBranch, TimelineEntry, TimelineQuestion } from '@countinghouse/companies';
import { Money } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';

const PAYMENT = {
  from: 'payments.payment p', where: `p.payer_type = 'company' AND p.payer_id = $1`, issuer: 'p.issuer_id', id: 'p.id::text', subject: ['Payment', 'p.id'],
  // Minor units as text: a JSON number would lose digits.
  detail: `jsonb_build_object('minor', p.amount_minor::text, 'currency', p.currency, 'provider', p.provider, 'collectOn', p.collect_on)`,
} as const;

const BRANCHES: readonly TimelineBranch[] = [
  { ...PAYMENT, kind: 'payment-scheduled', at: 'p.created_at', tell: ({ collectOn, ...payment }) => `A payment of ${amount(payment)} is collected through ${payment.provider} on ${collectOn}.` },
  { ...PAYMENT, kind: 'payment-captured', at: 'p.captured_at', tell: (payment) => `A payment of ${amount(payment)} came in through ${payment.provider}.` },
];

@Injectable()
@CompanyTimelineSourceProvider()
export class PaymentsTimeline implements CompanyTimelineSource {
  readonly name = 'payments';

  entries(reader: Reader, question: TimelineQuestion): Promise<TimelineEntry[]> {
    return readTimeline(reader, BRANCHES, question);
  }
}

function amount({ minor, currency }: { minor: string; currency: string }): string {
  return `${Money.of(BigInt(minor), currency).toDecimal()} ${currency}`;
}
