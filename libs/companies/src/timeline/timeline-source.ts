// The timeline of a company: everything that happened to it, told by the contexts that know, along the arrows.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { CompanyId, IssuerId } from '@countinghouse/kernel';
import { contributionsByName, instantAsText, type Reader } from '@countinghouse/platform';

export interface TimelineEntry {
  /** UTC to the microsecond and always of one length, so that text compares as time does. See {@link readTimeline}. */
  readonly at: string;
  /** Unique among all entries of the company, with its kind before it. */
  readonly id: string;
  /** `<noun>-<past tense>`: 'invoice-finalised'. */
  readonly kind: string;
  /** One sentence without the company's name. */
  readonly summary: string;
  /** Who did it; null where nobody is known to have. */
  readonly by: string | null;
  readonly reason: string | null;
  /** The thing it is about, if the API knows it as a Node: 'Invoice' and its uuid. */
  readonly subject: { readonly type: string; readonly id: string } | null;
}

/** Where a page begins: after this entry, that is, before it in time. */
export interface TimelinePlace {
  readonly at: string;
  readonly id: string;
}

export interface TimelineQuestion {
  readonly companyId: CompanyId;
  /** The issuers whose books whoever asks may see; '*' is all of them. */
  readonly issuers: readonly IssuerId[] | '*';
  readonly before: TimelinePlace | null;
  readonly limit: number;
}

export interface CompanyTimelineSource {
  /** The context: 'invoicing'. */
  readonly name: string;
  /** At most `limit` entries before the place, by (at, id), the newest first; a constant number of statements. */
  entries(reader: Reader, question: TimelineQuestion): Promise<TimelineEntry[]>;
}

const COMPANY_TIMELINE_SOURCE = Symbol('company-timeline-source');

/** Marks a provider that implements CompanyTimelineSource. */
export const CompanyTimelineSourceProvider = (): ClassDecorator => SetMetadata(COMPANY_TIMELINE_SOURCE, true);

@Injectable()
export class CompanyTimeline {
  constructor(private readonly discovery: DiscoveryService) {}

  /** The newest entries of all sources before a place; each is asked for so many, since all might come from one. */
  async entries(reader: Reader, question: TimelineQuestion): Promise<TimelineEntry[]> {
    const told: TimelineEntry[] = [];
    for (const source of this.sources()) told.push(...(await source.entries(reader, question)));
    return told.sort(newestFirst).slice(0, question.limit);
  }

  private sources(): CompanyTimelineSource[] {
    return contributionsByName<CompanyTimelineSource>(this.discovery, COMPANY_TIMELINE_SOURCE);
  }
}

function newestFirst(a: TimelineEntry, b: TimelineEntry): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

/** One kind of entry, as a source reads it. */
export interface TimelineBranch {
  readonly kind: string;
  /** Tables and joins, without FROM. */
  readonly from: string;
  /** The condition that picks the company, whose id is $1. */
  readonly where: string;
  /** SQL of the instant. */
  readonly at: string;
  /** SQL of the issuer in whose books it stands, if it stands in any: others do not see it. */
  readonly issuer?: string;
  /** SQL of what tells entries of the kind apart, as text. */
  readonly id: string;
  /** SQL of who did it, and why. */
  readonly by?: string;
  readonly reason?: string;
  /** The Node it is about, and SQL of its uuid. */
  readonly subject?: readonly [type: string, id: string];
  /** SQL of a jsonb with what the sentence needs. */
  readonly detail: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each branch knows the shape of its own detail
  readonly tell: (detail: any) => string;
}

interface Row {
  at: string;
  id: string;
  kind: string;
  by: string | null;
  reason: string | null;
  subjectId: string | null;
  detail: unknown;
}

/** Reads the entries of several kinds in one statement; every branch stops at the limit by itself. */
export async function readTimeline(reader: Reader, branches: readonly TimelineBranch[], { companyId, issuers, before, limit }: TimelineQuestion): Promise<TimelineEntry[]> {
  const selects = branches.map(({ kind, from, where, issuer, at, id, by = 'NULL', reason = 'NULL', subject, detail }) => {
    const key = `'${kind}:' || ${id}`;
    const inScope = issuer === undefined ? '' : ` AND ($5::uuid[] IS NULL OR ${issuer} = ANY ($5))`;
    return `(SELECT ${instantAsText(at)} AS at, ${key} AS id, '${kind}' AS kind, ${by}::text AS by, ${reason}::text AS reason,
                    ${subject ? subject[1] : 'NULL'}::text AS "subjectId", ${detail} AS detail
               FROM ${from}
              WHERE ${where}${inScope} AND ${at} IS NOT NULL AND ($2::timestamptz IS NULL OR (${at} <= $2 AND (${at}, ${key}) < ($2, $3)))
              ORDER BY ${at} DESC, ${key} DESC LIMIT $4)`;
  });
  const rows = await reader.query<Row>(`SELECT * FROM (${selects.join(' UNION ALL ')}) AS entry ORDER BY at DESC, id DESC LIMIT $4`, [
    companyId, before?.at ?? null, before?.id ?? null, limit,
    ...(branches.some(({ issuer }) => issuer !== undefined) ? [issuers === '*' ? null : issuers] : []),
  ]);
  const byKind = new Map(branches.map((branch) => [branch.kind, branch]));
  return rows.map(({ subjectId, detail, ...entry }) => {
    const { tell, subject } = byKind.get(entry.kind)!;
    return { ...entry, summary: tell(detail), subject: subject && subjectId !== null ? { type: subject[0], id: subjectId } : null };
  });
}
