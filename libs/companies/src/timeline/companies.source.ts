// What companies itself has to tell: registered, changed, moved, checked, written about, and how many people came and went.
import { Injectable } from '@nestjs/common';
import type { Reader } from '@countinghouse/platform';
import { CompanyTimelineSource, CompanyTimelineSourceProvider, readTimeline, TimelineBranch, TimelineEntry, TimelineQuestion } from './timeline-source';

const VERSION = {
  from: 'companies.company_version v LEFT JOIN companies.company_version b ON b.company_id = v.company_id AND b.no = v.no - 1',
  at: 'v.recorded_at',
  id: 'v.no::text',
  by: 'v.recorded_by',
  reason: 'v.reason',
} as const;
const CHANGED = `(SELECT coalesce(jsonb_agg(field.key ORDER BY field.key), '[]') FROM jsonb_each(v.profile) AS field WHERE b.profile -> field.key IS DISTINCT FROM field.value)`;
const OF_ANOTHER_STATUS = `b.profile ->> 'status' IS DISTINCT FROM v.profile ->> 'status'`;

const CONTACT_ACTS: Readonly<Record<string, string>> = {
  'companies.add-contact': 'A contact was added.',
  'companies.change-contact': 'A contact was changed.',
  'companies.remove-contact': 'A contact was removed.',
};

const BRANCHES: readonly TimelineBranch[] = [
  { ...VERSION, kind: 'company-registered', where: 'v.company_id = $1 AND v.no = 1', detail: `jsonb_build_object('name', v.profile -> 'legal_name')`, tell: ({ name }) => `Registered as ${name}.` },
  {
    ...VERSION, kind: 'company-edited', where: `v.company_id = $1 AND v.no > 1 AND NOT (${OF_ANOTHER_STATUS})`,
    detail: `jsonb_build_object('changed', ${CHANGED}, 'from', v.valid_from)`,
    tell: ({ changed, from }) => `Changed from ${from}: ${changed.map((column: string) => column.replaceAll('_', ' ')).join(', ')}.`,
  },
  {
    ...VERSION, kind: 'company-status-changed', where: `v.company_id = $1 AND v.no > 1 AND ${OF_ANOTHER_STATUS}`,
    detail: `jsonb_build_object('was', b.profile -> 'status', 'is', v.profile -> 'status')`, tell: ({ was, is }) => `${capital(is)}, after it was ${was}.`,
  },
  {
    kind: 'company-moved', from: 'companies.company_move m LEFT JOIN companies.company t ON t.id = m.target_id', where: 'm.company_id = $1',
    at: 'm.recorded_at', id: `lpad(m.id::text, 19, '0')`, by: 'm.recorded_by', reason: 'm.reason', subject: ['Company', 'm.target_id'],
    detail: `jsonb_build_object('kind', m.kind, 'on', CASE WHEN isfinite(m.effective_on) THEN m.effective_on END, 'target', t.number || ' ' || t.legal_name)`,
    tell: ({ kind, on, target }) => `${place(kind, target)} ${on === null ? 'from the beginning' : `from ${on}`}.`,
  },
  {
    // Told by the company's day on which it was recorded, from the log that counts people: files bring them by the thousand.
    kind: 'headcount-changed',
    from: `(SELECT measure, date_trunc('day', recorded_at AT TIME ZONE (SELECT time_zone FROM companies.company WHERE id = $1)) AS day, max(recorded_at) AS at,
                   coalesce(sum(change) FILTER (WHERE change > 0), 0) AS more, coalesce(-sum(change) FILTER (WHERE change < 0), 0) AS fewer
              FROM companies.headcount_change WHERE company_id = $1 GROUP BY 1, 2) AS h`,
    where: 'true', at: 'h.at', id: `h.measure || ':' || h.day::date`, detail: `jsonb_build_object('measure', h.measure, 'more', h.more, 'fewer', h.fewer)`,
    tell: ({ measure, more, fewer }) => `People ${measure}: ${[more > 0 && `${more} more`, fewer > 0 && `${fewer} fewer`].filter(Boolean).join(', ')}.`,
  },
  {
    kind: 'vat-checked', from: 'companies.vat_check k', where: 'k.company_id = $1', at: 'k.checked_at', id: 'k.id::text', by: 'k.requested_by',
    detail: `jsonb_build_object('taxId', k.tax_id, 'result', k.result, 'source', k.source)`,
    tell: ({ taxId, result, source }) => (source === 'stated' ? `The tax id ${taxId} was stated to be ${result}.` : `The tax id ${taxId} was checked: ${result}.`),
  },
  {
    kind: 'note-added', from: 'companies.company_note n', where: 'n.company_id = $1', at: 'n.written_at', id: 'n.id::text', by: 'n.written_by',
    detail: `jsonb_build_object('text', n.text)`, tell: ({ text }) => text,
  },
  {
    kind: 'contact-changed', from: 'platform.audit_entry a',
    where: `a.subject_type = 'company' AND a.subject_id = $1::text AND a.action IN (${Object.keys(CONTACT_ACTS).map((act) => `'${act}'`).join(', ')})`,
    at: 'a.recorded_at', id: `lpad(a.id::text, 19, '0')`, by: 'a.actor', detail: `jsonb_build_object('action', a.action)`, tell: ({ action }) => CONTACT_ACTS[action]!,
  },
];

@Injectable()
@CompanyTimelineSourceProvider()
export class CompaniesTimeline implements CompanyTimelineSource {
  readonly name = 'companies';

  entries(reader: Reader, question: TimelineQuestion): Promise<TimelineEntry[]> {
    return readTimeline(reader, BRANCHES, question);
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function place(kind: 'parent' | 'payer', target: string | null): string {
  if (target === null) return kind === 'parent' ? 'Stands alone' : 'Pays for itself';
  return kind === 'parent' ? `Stands under ${target}` : `Is invoiced through ${target}`;
}
