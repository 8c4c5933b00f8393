// What the use cases of the close and of manual entries refuse alike.
import { DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';
import { closedAfter, Period, periodOfDay, PeriodState } from '../persistence/period.queries';

/** @throws DomainError PERIOD_STATE_WRONG unless the period is in one of these states */
export function refuseState(period: Period, wanted: readonly PeriodState[], remedy: string): void {
  if (wanted.includes(period.state)) return;
  throw new DomainError('PERIOD_STATE_WRONG', `The period of ${period.start} is ${period.state}.`, { field: 'periodStart', value: period.start, remedy });
}

/** A day for an entry by hand lies in a month that the books have and that is not closed. @throws DomainError PERIOD_NOT_FOUND, PERIOD_STATE_WRONG */
export async function refuseDay(reader: Reader, issuerId: IssuerId, day: LocalDate): Promise<void> {
  const period = await periodOfDay(reader, issuerId, day);
  const refusal = { field: 'effectiveOn', value: day, remedy: 'Choose a day in a period that is not closed.' };
  if (!period) throw new DomainError('PERIOD_NOT_FOUND', `The books have no period for ${day}.`, refusal);
  if (period.state === 'closed') throw new DomainError('PERIOD_STATE_WRONG', `The period of ${period.start} is closed.`, refusal);
}

/** The balances of a close rest on the closes before it, so periods open in the reverse order. @throws DomainError LATER_PERIOD_CLOSED */
export async function refuseLaterClosed(reader: Reader, period: Period): Promise<void> {
  const later = await closedAfter(reader, period);
  if (!later) return;
  throw new DomainError('LATER_PERIOD_CLOSED', `The period of ${later} is closed too and rests on this one.`, {
    field: 'periodStart',
    value: period.start,
    remedy: `Open the period of ${later} first, or post a correction into the first open one.`,
  });
}

/** A second person is another subject: nobody decides on what he has asked for. @throws DomainError SECOND_PERSON_NEEDED */
export function refuseSamePerson(requestedBy: string, decidedBy: string): void {
  if (requestedBy !== decidedBy) return;
  throw new DomainError('SECOND_PERSON_NEEDED', 'You have asked for it yourself, so another person has to approve it.', {
    field: 'approver',
    value: decidedBy,
    remedy: 'Ask another accountant to approve it.',
  });
}

const MAX_REASON_LENGTH = 1_000;

/** @throws DomainError REASON_MISSING, REASON_TOO_LONG */
export function refuseNoReason(reason: string): void {
  if (reason.trim() === '') throw new DomainError('REASON_MISSING', 'This needs a reason.', { field: 'reason', remedy: 'Say why, in words that an auditor will understand.' });
  if (reason.length <= MAX_REASON_LENGTH) return;
  throw new DomainError('REASON_TOO_LONG', `The reason has ${reason.length} characters.`, { field: 'reason', value: String(reason.length), remedy: `Use at most ${MAX_REASON_LENGTH}.` });
}

/** @throws DomainError ALREADY_DECIDED */
export function refuseDecided(what: string, id: string, state: string): void {
  if (state === 'requested') return;
  throw new DomainError('ALREADY_DECIDED', `${what} ${id} is ${state} already.`, { field: 'id', value: id, remedy: 'Ask anew if it is still wanted.' });
}
