// What subscriptions has to tell of a company: its contracts and their changes. How many of its people took up plans, the headcount tells.
import { Injectable } from '@nestjs/common';
import { CompanyTimelineSource, CompanyTimelineSourceProvider, readTimeline, TimelineBranch, TimelineEntry, TimelineQuestion } from '@countinghouse/companies';
import type { Reader } from '@countinghouse/platform';

const CONTRACT_ACTS: Readonly<Record<string, string>> = {
  start: 'starts', end: 'ends', suspend: 'is suspended', resume: 'is resumed', cycle: 'is billed by another cycle', zone: 'counts its days in another zone', term: 'has another term',
};

const BRANCHES: readonly TimelineBranch[] = [
  {
    kind: 'contract-drafted', from: 'subscriptions.contract k', where: 'k.company_id = $1', issuer: 'k.issuer_id', at: 'k.created_at', id: 'k.id::text',
    subject: ['Contract', 'k.id'], detail: `jsonb_build_object('number', k.number)`, tell: ({ number }) => `Contract ${number} was drawn up.`,
  },
  {
    kind: 'contract-changed', from: 'subscriptions.contract k JOIN subscriptions.contract_change h ON h.contract_id = k.id', where: 'k.company_id = $1', issuer: 'k.issuer_id',
    at: 'h.recorded_at', id: `k.id || ':' || lpad(h.seq::text, 10, '0')`, by: 'h.recorded_by', reason: 'h.reason', subject: ['Contract', 'k.id'],
    detail: `jsonb_build_object('number', k.number, 'kind', h.kind, 'on', h.effective_on)`,
    tell: ({ number, kind, on }) => `Contract ${number} ${CONTRACT_ACTS[kind] ?? 'changes'} from ${on}.`,
  },
];

@Injectable()
@CompanyTimelineSourceProvider()
export class SubscriptionsTimeline implements CompanyTimelineSource {
  readonly name = 'subscriptions';

  entries(reader: Reader, question: TimelineQuestion): Promise<TimelineEntry[]> {
    return readTimeline(reader, BRANCHES, question);
  }
}
