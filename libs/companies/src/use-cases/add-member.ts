// Adds one member to a company by hand; the headcount follows by the rule that imports follow.
import { Injectable } from '@nestjs/common';
import { CompanyId, DomainError, LocalDate, MemberId } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId, Tx } from '@countinghouse/platform';
import { existingMember, OPTIONAL_COLUMNS, onePerson, Person, writePeople } from '../persistence/member.queries';
import { lockedCompany } from '../persistence/member-changes.queries';
import { emailOf, filledIn } from '../domain/person';

export interface AddMemberInput {
  readonly companyNumber: string;
  /** The company's own id of the person, unique in the company. */
  readonly employeeId: string;
  readonly name: string;
  readonly email?: string;
  readonly costCentre?: string;
  readonly eligibleFrom: LocalDate;
  /** The first day on which the member no longer counts. */
  readonly leftOn?: LocalDate;
  /** The employee id of the employee whose dependant this is. */
  readonly dependantOf?: string;
}

@Injectable()
export class AddMember {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * @throws DomainError FORBIDDEN, MEMBER_INCOMPLETE, EMAIL_INVALID, LEFT_BEFORE_ELIGIBLE, COMPANY_UNKNOWN, COMPANY_CLOSED,
   * MEMBER_ALREADY_ADDED, EMPLOYEE_UNKNOWN, EMPLOYEE_IS_DEPENDANT, EMPLOYEE_LEAVES
   */
  async execute(input: AddMemberInput, actor: Actor): Promise<MemberId> {
    authorise(actor, 'billing');
    const person = personOf(input);
    const id = newId<MemberId>();
    return this.database.transaction(async (tx) => {
      const companyId = await lockedCompany(tx, input.companyNumber.trim());
      await refuseWhatCannotBeAdded(tx, input, person, companyId);
      const people = { ...onePerson(id, { ...person, companyId }, person.eligibleFrom), given: new Set(OPTIONAL_COLUMNS), isSnapshot: false };
      await writePeople(tx, people, { type: 'member', id });
      await this.audit.record(tx, actor, [{ action: 'companies.add-member', subjectType: 'member', subjectId: id, change: { companyId } }]);
      return id;
    });
  }
}

function personOf(input: AddMemberInput): Omit<Person, 'companyId'> {
  const leftOn = input.leftOn ?? null;
  if (leftOn !== null && leftOn <= input.eligibleFrom) {
    throw new DomainError('LEFT_BEFORE_ELIGIBLE', `A member eligible from ${input.eligibleFrom} cannot leave on ${leftOn}.`, {
      field: 'leftOn',
      value: leftOn,
      remedy: 'Give a day of leaving later than the first day.',
    });
  }
  return {
    employeeId: filledIn('employeeId', input.employeeId),
    name: filledIn('name', input.name),
    email: emailOf(input.email),
    costCentre: input.costCentre?.normalize('NFC').trim() || null,
    eligibleFrom: input.eligibleFrom,
    leftOn,
    dependantOf: input.dependantOf?.normalize('NFC').trim() || null,
  };
}

/** Looked up under the company's lock, so nobody can add the member in between. */
async function refuseWhatCannotBeAdded(tx: Tx, { companyNumber }: AddMemberInput, person: Omit<Person, 'companyId'>, companyId: CompanyId): Promise<void> {
  const { employeeId, dependantOf, leftOn } = person;
  if (await existingMember(tx, companyId, employeeId)) {
    throw new DomainError('MEMBER_ALREADY_ADDED', `${companyNumber} has a member ${employeeId} already.`, {
      field: 'employeeId',
      value: employeeId,
      remedy: 'Use another employee id, or change that member.',
    });
  }
  if (dependantOf === null) return;
  const field = { field: 'dependantOf', value: dependantOf };
  const employee = await tx.first<{ dependant_of: string | null; left_on: LocalDate | null }>(
    `SELECT dependant_of, left_on FROM companies.member WHERE company_id = $1 AND employee_id = $2`,
    [companyId, dependantOf],
  );
  if (!employee) throw new DomainError('EMPLOYEE_UNKNOWN', `${companyNumber} has no member ${dependantOf}.`, { ...field, remedy: 'Add the employee first.' });
  if (employee.dependant_of !== null) {
    throw new DomainError('EMPLOYEE_IS_DEPENDANT', `${dependantOf} is a dependant; a dependant belongs to an employee.`, { ...field, remedy: 'Name the employee.' });
  }
  if (employee.left_on !== null && (leftOn === null || leftOn > employee.left_on)) {
    throw new DomainError('EMPLOYEE_LEAVES', `The employee leaves on ${employee.left_on}, and a dependant leaves no later.`, {
      field: 'leftOn',
      ...(leftOn === null ? {} : { value: leftOn }),
      remedy: `Give a day of leaving no later than ${employee.left_on}.`,
    });
  }
}
