// What the use cases of the close and of manual entries refuse alike.
import { DomainError } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';
import { closedAfter, Period, PeriodState } from '../persistence/period.queries';

/** @throws DomainError PERIOD_STATE_WRONG unless the period is in one of these states */
export function refuseState(period: Period, wanted: readonly PeriodState[], remedy: string): void {
  if (wanted.includes(period.state)) return;
  throw new DomainError('PERIOD_STATE_WRONG', `The period of ${period.start} is ${period.state}.`, { field: 'periodStart', value: period.start, remedy });
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

/** @throws DomainError REASON_MISSING */
export function refuseNoReason(reason: string): void {
  if (reason.trim() !== '') return;
  throw new DomainError('REASON_MISSING', 'This needs a reason.', { field: 'reason', remedy: 'Say why, in words that an auditor will understand.' });
}

/** @throws DomainError ALREADY_DECIDED */
export function refuseDecided(what: string, id: string, state: string): void {
  if (state === 'requested') return;
  throw new DomainError('ALREADY_DECIDED', `${what} ${id} is ${state} already.`, { field: 'id', value: id, remedy: 'Ask anew if it is still wanted.' });
}
