// The moves of a member: eligible → enrolled → left, and back again. What a status is follows from the days on record.
import { DomainError, LocalDate } from '@countinghouse/kernel';

export type MemberStatus = 'eligible' | 'enrolled' | 'left';

/** From which status each move begins. Enrolled and eligible follow from enrolments; a person moves by leaving and coming back. */
export const MOVES = {
  leave: ['eligible', 'enrolled'],
  return: ['left'],
  erase: ['left'],
} as const satisfies Record<string, readonly MemberStatus[]>;
export type MemberMove = keyof typeof MOVES;

const WHY: Record<MemberMove, { code: string; message: string; remedy: string }> = {
  leave: { code: 'MEMBER_HAS_LEFT', message: 'A day of leaving is on record already.', remedy: 'Edit the member to correct the day.' },
  return: { code: 'MEMBER_HAS_NOT_LEFT', message: 'Somebody who has not left cannot come back.', remedy: 'Edit the member to correct the first day.' },
  erase: { code: 'MEMBER_HAS_NOT_LEFT', message: 'Somebody who has not left cannot be erased.', remedy: 'Take down the day of leaving first.' },
};

/** @throws DomainError MEMBER_HAS_LEFT, MEMBER_HAS_NOT_LEFT */
export function refuseMove(move: MemberMove, status: MemberStatus): void {
  if ((MOVES[move] as readonly MemberStatus[]).includes(status)) return;
  const { code, message, remedy } = WHY[move];
  throw new DomainError(code, message, { field: 'memberId', remedy });
}

/** @throws DomainError LEFT_BEFORE_ELIGIBLE */
export function refuseStay(eligibleFrom: LocalDate, leftOn: LocalDate | null): void {
  if (leftOn === null || eligibleFrom < leftOn) return;
  throw new DomainError('LEFT_BEFORE_ELIGIBLE', `A member eligible from ${eligibleFrom} cannot leave on ${leftOn}.`, {
    field: 'leftOn',
    value: leftOn,
    remedy: 'Give a day of leaving later than the first day.',
  });
}

/** @throws DomainError EMPLOYEE_LEAVES when a dependant would stay longer than its employee */
export function refuseOutstaying(leftOn: LocalDate | null, employeeLeavesOn: LocalDate | null): void {
  if (employeeLeavesOn === null || (leftOn !== null && leftOn <= employeeLeavesOn)) return;
  throw new DomainError('EMPLOYEE_LEAVES', `The employee leaves on ${employeeLeavesOn}, and a dependant leaves no later.`, {
    field: 'leftOn',
    ...(leftOn === null ? {} : { value: leftOn }),
    remedy: `Give a day of leaving no later than ${employeeLeavesOn}.`,
  });
}
