// Changes one member by hand: what is known of the person, leaving, and coming back.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate, localDateIn, MemberId } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, Tx } from '@countinghouse/platform';
import { refuseMove, refuseOutstaying, refuseStay } from '../domain/member-status';
import { emailOf, filledIn } from '../domain/person';
import { changeEmployeeId, LockedMember, lockedMember } from '../persistence/member-changes.queries';
import { existingMember, leave, onePerson, OPTIONAL_COLUMNS, Person, writePeople } from '../persistence/member.queries';

/** What is not given stays as it is; null takes it away. */
export interface EditMemberInput {
  readonly memberId: MemberId;
  readonly employeeId?: string;
  readonly name?: string;
  readonly email?: string | null;
  readonly costCentre?: string | null;
  /** From which day the person counts in the cost centre; today, in the company's zone, unless told. */
  readonly costCentreFrom?: LocalDate;
  /** Corrects the first day of the present stay. */
  readonly eligibleFrom?: LocalDate;
  /** Corrects the day of leaving; null says that the person has not left. */
  readonly leftOn?: LocalDate | null;
  readonly reason?: string;
}

@Injectable()
export class ChangeMember {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: AppClock,
  ) {}

  /**
   * Corrections of days are new rows of the headcount log, which the next billing run sees.
   * @throws DomainError FORBIDDEN, MEMBER_UNKNOWN, MEMBER_ERASED, MEMBER_INCOMPLETE, EMAIL_INVALID, MEMBER_ALREADY_ADDED,
   * LEFT_BEFORE_ELIGIBLE, EARLIER_STAY_OVERLAPS, EMPLOYEE_LEAVES
   */
  async edit(input: EditMemberInput, actor: Actor): Promise<void> {
    authorise(actor, 'billing');
    const said = { ...input, ...saidOf(input) };
    const now = this.clock.now();
    await this.database.transaction(async (tx) => {
      const member = await lockedMember(tx, input.memberId);
      const wanted = merged(member, said);
      refuseStay(wanted.eligibleFrom, wanted.leftOn);
      if (said.leftOn !== undefined) refuseOutstaying(wanted.leftOn, member.employeeLeavesOn);
      await refuseOverlap(tx, member, wanted.eligibleFrom);
      if (wanted.employeeId !== member.employeeId) await this.rename(tx, member, wanted.employeeId);
      await write(tx, member, wanted, said.costCentreFrom ?? localDateIn(member.timeZone, now));
      await this.record(tx, actor, 'edit-member', member, input.reason, { fields: Object.keys(input).filter((name) => name !== 'memberId' && name !== 'reason') });
    });
  }

  /** @param on the first day on which the member no longer counts; dependants leave no later. @throws DomainError as edit, and MEMBER_HAS_LEFT */
  async leave(memberId: MemberId, on: LocalDate, actor: Actor, reason?: string): Promise<void> {
    authorise(actor, 'billing');
    await this.database.transaction(async (tx) => {
      const member = await lockedMember(tx, memberId);
      refuseMove('leave', member.status);
      refuseStay(member.eligibleFrom, on);
      refuseOutstaying(on, member.employeeLeavesOn);
      await leave(tx, [memberId], on, { type: 'member', id: memberId });
      await this.record(tx, actor, 'leave-member', member, reason, { on });
    });
  }

  /** Begins another stay; the earlier one stays counted. @throws DomainError as edit, and MEMBER_HAS_NOT_LEFT, RETURN_BEFORE_LEAVING */
  async return(memberId: MemberId, on: LocalDate, actor: Actor, reason?: string): Promise<void> {
    authorise(actor, 'billing');
    await this.database.transaction(async (tx) => {
      const member = await lockedMember(tx, memberId);
      refuseMove('return', member.status);
      if (on < member.leftOn!) {
        throw new DomainError('RETURN_BEFORE_LEAVING', `The member leaves on ${member.leftOn}, after ${on}.`, {
          field: 'on',
          value: on,
          remedy: 'Give a later day, or edit the member when it has not left at all.',
        });
      }
      refuseOutstaying(null, member.employeeLeavesOn);
      await write(tx, member, { ...personOf(member), eligibleFrom: on, leftOn: null }, on);
      await this.record(tx, actor, 'return-member', member, reason, { on });
    });
  }

  private async rename(tx: Tx, { id, companyId, companyNumber }: LockedMember, employeeId: string): Promise<void> {
    if (await existingMember(tx, companyId, employeeId)) {
      throw new DomainError('MEMBER_ALREADY_ADDED', `${companyNumber} has a member ${employeeId} already.`, { field: 'employeeId', value: employeeId, remedy: 'Use another employee id.' });
    }
    await changeEmployeeId(tx, id, employeeId);
  }

  /** Which fields have changed, never what stood in them: the audit trail outlives an erasure. */
  private async record(tx: Tx, actor: Actor, verb: string, { id }: LockedMember, reason: string | undefined, change: Record<string, unknown>): Promise<void> {
    await this.audit.record(tx, actor, [{ action: `companies.${verb}`, subjectType: 'member', subjectId: id, change, ...(reason ? { reason } : {}) }]);
  }
}

function saidOf(input: EditMemberInput): Partial<Pick<Person, 'employeeId' | 'name' | 'email' | 'costCentre'>> {
  return {
    ...(input.employeeId !== undefined && { employeeId: filledIn('employeeId', input.employeeId) }),
    ...(input.name !== undefined && { name: filledIn('name', input.name) }),
    ...(input.email !== undefined && { email: emailOf(input.email) }),
    ...(input.costCentre !== undefined && { costCentre: input.costCentre?.normalize('NFC').trim() || null }),
  };
}

function personOf({ companyId, employeeId, name, email, costCentre, eligibleFrom, leftOn, dependantOf }: LockedMember): Person {
  return { companyId, employeeId, name, email, costCentre, eligibleFrom, leftOn, dependantOf };
}

function merged(member: LockedMember, said: Partial<Person>): Person {
  const person = personOf(member);
  return {
    ...person,
    employeeId: said.employeeId ?? person.employeeId,
    name: said.name ?? person.name,
    email: said.email === undefined ? person.email : said.email,
    costCentre: said.costCentre === undefined ? person.costCentre : said.costCentre,
    eligibleFrom: said.eligibleFrom ?? person.eligibleFrom,
    leftOn: said.leftOn === undefined ? person.leftOn : said.leftOn,
  };
}

async function write(tx: Tx, { id }: LockedMember, person: Person, asOf: LocalDate): Promise<void> {
  const people = { ...onePerson(id, person, asOf), areNew: false, given: new Set(OPTIONAL_COLUMNS), isSnapshot: false };
  await writePeople(tx, people, { type: 'member', id });
}

async function refuseOverlap(tx: Tx, { id }: LockedMember, eligibleFrom: LocalDate): Promise<void> {
  const earlier = await tx.first<{ left_on: LocalDate }>(
    `SELECT earlier_left_on AS left_on FROM companies.member WHERE id = $1 AND earlier_left_on > $2::date`,
    [id, eligibleFrom],
  );
  if (!earlier) return;
  throw new DomainError('EARLIER_STAY_OVERLAPS', `An earlier stay goes on until ${earlier.left_on}.`, {
    field: 'eligibleFrom',
    value: eligibleFrom,
    remedy: `Give ${earlier.left_on} or a later day.`,
  });
}
