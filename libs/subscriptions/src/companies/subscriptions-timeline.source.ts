// What subscriptions has to tell of a company: its contracts and their changes, and how many of its people took up or left plans.
import { Injectable } from '@nestjs/common';
import { CompanyTimelineSource, CompanyTimelineSourceProvider, readTimeline, TimelineBranch, TimelineEntry, TimelineQuestion } from '@countinghouse/companies';
import type { Reader } from '@countinghouse/platform';

const CONTRACT_ACTS: Readonly<Record<string, string>> = {
  start: 'starts', end: 'ends', suspend: 'is suspended', resume: 'is resumed', cycle: 'is billed by another cycle', zone: 'counts its days in another zone', term: 'has another term',
};
const ENROLMENT_ACTS: Readonly<Record<string, string>> = {
  start: 'started', end: 'ended', plan: 'given another plan', pause: 'paused', resume: 'resumed', trial: 'put on trial', 'trial-end': 'taken off trial',
  payroll: 'put on payroll', card: 'put on card',
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
  {
    // Told by the day on which it was recorded: a file enrols people by the thousand.
    kind: 'enrolments-changed',
    from: `(SELECT e.contract_id, h.kind, count(*) AS people, max(h.recorded_at) AS at, date_trunc('day', h.recorded_at) AS day
              FROM subscriptions.contract k JOIN subscriptions.enrolment e ON e.contract_id = k.id JOIN subscriptions.enrolment_change h ON h.enrolment_id = e.id
             WHERE k.company_id = $1 GROUP BY e.contract_id, h.kind, day) AS d JOIN subscriptions.contract c ON c.id = d.contract_id`,
    where: 'c.company_id = $1', issuer: 'c.issuer_id', at: 'd.at', id: `c.id || ':' || d.kind || ':' || d.day::date`, subject: ['Contract', 'c.id'],
    detail: `jsonb_build_object('number', c.number, 'kind', d.kind, 'people', d.people)`,
    tell: ({ number, kind, people }) => `${people} ${people === 1 ? 'enrolment was' : 'enrolments were'} ${ENROLMENT_ACTS[kind] ?? 'changed'} under contract ${number}.`,
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
