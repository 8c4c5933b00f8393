// StartRevenueSnapshots: computes the recurring revenue of days, as known at an instant, and keeps it for good.
import { Injectable } from '@nestjs/common';
import { addDays, addMonths, DomainError, isLocalDate, IssuerId, LocalDate, startOfMonth } from '@countinghouse/kernel';
import { Actor, authorise, Database, Reader, Run, Runs } from '@countinghouse/platform';
import { KnownAt } from '../persistence/rating.queries';
import { isNoLater, latestKnown, missingSnapshots } from '../persistence/revenue.queries';

export const REVENUE_SNAPSHOT_RUN = 'subscriptions.revenue-snapshot';

export interface MonthRange {
  /** Any day of the first month. */
  readonly from: LocalDate;
  /** Any day of the last month. */
  readonly through: LocalDate;
}

export interface StartRevenueSnapshotsInput extends MonthRange {
  readonly issuerId: IssuerId;
  /** An instant of the past, as ISO text; all that is known now when it is left out. */
  readonly knownAt?: string | null;
}

export interface RevenueSnapshotInput {
  readonly issuerId: IssuerId;
  readonly knownAt: KnownAt;
  readonly days: readonly LocalDate[];
}

const MOST_MONTHS = 120;

@Injectable()
export class StartRevenueSnapshots {
  constructor(
    private readonly database: Database,
    private readonly runs: Runs,
  ) {}

  /**
   * The run that computes what is missing of the months. What was computed for the same day and instant is not computed
   * again; and if it were, it would come out the same, because timelines are only appended to.
   * @throws DomainError FORBIDDEN, MONTHS_INVALID, KNOWN_AT_INVALID
   */
  async execute({ issuerId, knownAt, ...range }: StartRevenueSnapshotsInput, actor: Actor): Promise<Run<RevenueSnapshotInput>> {
    authorise(actor, 'viewer', issuerId);
    const days = daysOfMonths(range);
    return this.database.transaction(async (tx) => {
      const latest = await latestKnown(tx);
      const known = knownAt == null ? latest : await refuseUnknowable(tx, knownAt, latest);
      const input: RevenueSnapshotInput = { issuerId, knownAt: known, days: await missingSnapshots(tx, issuerId, days, known) };
      return this.runs.start<RevenueSnapshotInput>(tx, { kind: REVENUE_SNAPSHOT_RUN, key: `${issuerId}:${known}:${days[0]}:${days.at(-1)}`, input }, actor);
    });
  }
}

/** Months by their first day, with the day before each and its last day. @throws DomainError MONTHS_INVALID */
export function monthsOf({ from, through }: MonthRange): { month: LocalDate; from: LocalDate; to: LocalDate }[] {
  const months: { month: LocalDate; from: LocalDate; to: LocalDate }[] = [];
  for (let month = startOfMonth(from); month <= through; month = addMonths(month, 1)) {
    months.push({ month, from: addDays(month, -1), to: addDays(addMonths(month, 1), -1) });
    if (months.length > MOST_MONTHS) break;
  }
  if (months.length > 0 && months.length <= MOST_MONTHS) return months;
  throw new DomainError('MONTHS_INVALID', `From ${from} through ${through} are not 1 to ${MOST_MONTHS} months.`, { field: 'through', value: through, remedy: 'Give the first month and a later or the same one.' });
}

/** The last days of the months and the day before the first. */
export function daysOfMonths(range: MonthRange): LocalDate[] {
  const months = monthsOf(range);
  return [months[0]!.from, ...months.map(({ to }) => to)];
}

/** Whether it is an instant as ISO text, to the microsecond at most, that the database reads as well. */
export function isInstant(text: string): boolean {
  return isLocalDate(text.slice(0, 10)) && /^T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/.test(text.slice(10));
}

async function refuseUnknowable(reader: Reader, knownAt: string, latest: KnownAt): Promise<KnownAt> {
  if (isInstant(knownAt) && (await isNoLater(reader, knownAt, latest))) return knownAt;
  throw new DomainError('KNOWN_AT_INVALID', `${JSON.stringify(knownAt.slice(0, 40))} is not an instant of which all that was recorded can be seen.`, {
    field: 'knownAt',
    value: knownAt.slice(0, 40),
    remedy: 'Give an instant of the past as YYYY-MM-DDThh:mm:ssZ, or leave it out.',
  });
}
