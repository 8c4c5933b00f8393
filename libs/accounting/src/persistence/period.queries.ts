// SQL of periods: their state, the lock that a change of it takes, and the requests to open a closed one again.
import { DomainError, Id, IssuerId, LocalDate, startOfMonth, TimeZone } from '@countinghouse/kernel';
import { ClosingPeriod, instantAsText, Reader, Tx } from '@countinghouse/platform';

export type PeriodState = 'open' | 'closing' | 'closed';

export interface PeriodKey {
  readonly issuerId: IssuerId;
  /** The first day of the month that the period is. */
  readonly periodStart: LocalDate;
}

export interface Period extends ClosingPeriod {
  readonly state: PeriodState;
  /** The issuer's, in which its months begin and end. */
  readonly timeZone: TimeZone;
}

export type ReopeningId = Id<'PeriodReopening'>;

export interface PeriodReopening extends PeriodKey {
  readonly id: ReopeningId;
  readonly reason: string;
  readonly requestedBy: string;
  readonly state: 'requested' | 'approved' | 'rejected';
}

const PERIOD = `SELECT period.issuer_id AS "issuerId", starts_on AS start, ends_on AS "end", state, ${instantAsText('closing_since')} AS "closingSince", time_zone AS "timeZone"
  FROM accounting.period JOIN platform.issuer ON issuer.id = period.issuer_id`;

/** @throws DomainError PERIOD_NOT_FOUND */
export async function readPeriod(reader: Reader, { issuerId, periodStart }: PeriodKey): Promise<Period> {
  const period = await reader.first<Period>(`${PERIOD} WHERE period.issuer_id = $1 AND starts_on = $2`, [issuerId, periodStart]);
  if (period) return period;
  throw new DomainError('PERIOD_NOT_FOUND', `Issuer ${issuerId} has no period that begins on ${periodStart}.`, {
    field: 'periodStart',
    value: periodStart,
    remedy: 'Name the period by the first day of its month.',
  });
}

/** The period that a day lies in, if the books have one. */
export async function periodOfDay(reader: Reader, issuerId: IssuerId, day: LocalDate): Promise<Period | undefined> {
  return reader.first<Period>(`${PERIOD} WHERE period.issuer_id = $1 AND starts_on = $2`, [issuerId, startOfMonth(day)]);
}

/** Those of an issuer that wait for a decision, the oldest first; of each period there is one at the most. */
export async function undecidedReopenings(reader: Reader, issuerId: IssuerId): Promise<PeriodReopening[]> {
  return reader.query<PeriodReopening>(
    `SELECT id, issuer_id AS "issuerId", period_start AS "periodStart", reason, requested_by AS "requestedBy", state
       FROM accounting.period_reopening WHERE issuer_id = $1 AND state = 'requested' ORDER BY requested_at, id LIMIT 100`,
    [issuerId],
  );
}

/** Every period of an issuer, in order; a few hundred in a lifetime. */
export async function periodsOf(reader: Reader, issuerId: IssuerId): Promise<Period[]> {
  return reader.query<Period>(`${PERIOD} WHERE period.issuer_id = $1 ORDER BY starts_on`, [issuerId]);
}

/**
 * Waits for those who post into the period and keeps everybody out until this transaction ends; then says how it stands.
 * Whoever changes a state comes through here first, so that two of them take their locks in one order.
 * @throws DomainError PERIOD_NOT_FOUND
 */
export async function lockPeriod(tx: Tx, key: PeriodKey): Promise<Period> {
  await tx.execute('SELECT pg_advisory_xact_lock(accounting.period_lock_key($1, $2))', [key.issuerId, key.periodStart]);
  return readPeriod(tx, key);
}

export async function setPeriodState(tx: Tx, { issuerId, periodStart }: PeriodKey, state: PeriodState): Promise<void> {
  await tx.execute('UPDATE accounting.period SET state = $3 WHERE issuer_id = $1 AND starts_on = $2', [issuerId, periodStart, state]);
}

/** The first period before this one that is not closed. */
export async function unclosedBefore(reader: Reader, { issuerId, start }: ClosingPeriod): Promise<LocalDate | undefined> {
  const row = await reader.first<{ start: LocalDate }>(
    `SELECT starts_on AS start FROM accounting.period WHERE issuer_id = $1 AND starts_on < $2 AND state <> 'closed' ORDER BY starts_on LIMIT 1`,
    [issuerId, start],
  );
  return row?.start;
}

/** The last closed period after this one, which would have to be opened first. */
export async function closedAfter(reader: Reader, { issuerId, start }: ClosingPeriod): Promise<LocalDate | undefined> {
  const row = await reader.first<{ start: LocalDate }>(
    `SELECT starts_on AS start FROM accounting.period WHERE issuer_id = $1 AND starts_on > $2 AND state = 'closed' ORDER BY starts_on DESC LIMIT 1`,
    [issuerId, start],
  );
  return row?.start;
}

/** Violates `reopening_is_requested_once` when another request waits for a decision. */
export async function insertReopening(tx: Tx, reopening: Omit<PeriodReopening, 'state'>): Promise<void> {
  const { id, issuerId, periodStart, reason, requestedBy } = reopening;
  await tx.execute(
    `INSERT INTO accounting.period_reopening (id, issuer_id, period_start, reason, requested_by) VALUES ($1, $2, $3, $4, $5)`,
    [id, issuerId, periodStart, reason, requestedBy],
  );
}

/** A request, locked until this transaction ends. @throws DomainError REOPENING_NOT_FOUND */
export async function lockReopening(tx: Tx, id: ReopeningId): Promise<PeriodReopening> {
  const reopening = await tx.first<PeriodReopening>(
    `SELECT id, issuer_id AS "issuerId", period_start AS "periodStart", reason, requested_by AS "requestedBy", state
       FROM accounting.period_reopening WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  );
  if (reopening) return reopening;
  throw new DomainError('REOPENING_NOT_FOUND', `There is no request ${id} to open a period again.`, { field: 'reopeningId', value: id });
}

export async function decideReopening(tx: Tx, id: ReopeningId, state: 'approved' | 'rejected', decidedBy: string): Promise<void> {
  await tx.execute('UPDATE accounting.period_reopening SET state = $2, decided_by = $3 WHERE id = $1', [id, state, decidedBy]);
}
