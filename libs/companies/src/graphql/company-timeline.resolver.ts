// companyTimeline: everything that happened to a company, from all contexts, the newest first.
import { Args, Query, Resolver } from '@nestjs/graphql';
import { CompanyId, DomainError } from '@countinghouse/kernel';
import { CurrentActor, Database, globalId, idOf, pageLimit, type Actor, type Page } from '@countinghouse/platform';
import { CompanyTimeline, TimelineEntry, TimelinePlace } from '../timeline/timeline-source';
import { TimelineArgs, TimelineConnection, TimelineEntryType } from './company-timeline.type';

const LIST = 'company-timeline';

@Resolver()
export class CompanyTimelineResolver {
  constructor(
    private readonly database: Database,
    private readonly timeline: CompanyTimeline,
  ) {}

  @Query(() => TimelineConnection, { description: 'Everything that happened to a company, from all contexts, the newest first.' })
  async companyTimeline(@Args() { companyId, first = null, after }: TimelineArgs, @CurrentActor() actor: Actor): Promise<Page<TimelineEntryType>> {
    const limit = pageLimit({ first });
    const before = after == null ? null : readCursor(after);
    const question = { companyId: idOf<CompanyId>('Company', companyId, 'companyId'), issuers: actor.issuers, before, limit: limit + 1 };
    const entries = await this.database.read((reader) => this.timeline.entries(reader, question));
    const edges = entries.slice(0, limit).map((entry) => ({ node: shown(entry), cursor: cursorOf(entry) }));
    return {
      edges,
      pageInfo: {
        hasNextPage: entries.length > limit,
        hasPreviousPage: after != null,
        startCursor: edges.at(0)?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }
}

function shown({ subject, at, ...entry }: TimelineEntry): TimelineEntryType {
  return { ...entry, at: new Date(at), subjectId: subject && globalId(subject.type, subject.id) };
}

function cursorOf({ at, id }: TimelineEntry): string {
  return Buffer.from(JSON.stringify([LIST, at, id])).toString('base64url');
}

/** Checked so that nothing but an instant and a text reaches PostgreSQL. */
function readCursor(cursor: string): TimelinePlace {
  try {
    const [list, at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (list === LIST && typeof at === 'string' && /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/.test(at) && !Number.isNaN(Date.parse(at)) && typeof id === 'string' && !id.includes('\0')) {
      return { at, id };
    }
  } catch {
    // Told below, like every other cursor that is none.
  }
  throw new DomainError('CURSOR_INVALID', 'after is not a cursor of this list', {
    field: 'after',
    value: cursor.slice(0, 80),
    remedy: 'give a cursor exactly as this list returned it, or leave it out to begin at the start',
  });
}
