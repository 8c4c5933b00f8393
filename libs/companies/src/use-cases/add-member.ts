// Adds one member to a company by hand; the headcount follows by the rule that imports follow.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate, MemberId } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, Tx } from '@countinghouse/platform';
import { headcountChanges } from '../domain/headcount';
import { companyStatuses, lockCompanies } from '../persistence/company.queries';
import { appendHeadcountChanges } from '../persistence/headcount.queries';
import { existingMember, MemberRow, OPTIONAL_COLUMNS, upsertMembers } from '../persistence/member.queries';

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
}

@Injectable()
export class AddMember {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /** @throws DomainError FORBIDDEN, MEMBER_INCOMPLETE, LEFT_BEFORE_ELIGIBLE, COMPANY_UNKNOWN, COMPANY_CLOSED, MEMBER_ALREADY_ADDED */
  async execute(input: AddMemberInput, actor: Actor): Promise<MemberId> {
    authorise(actor, 'billing');
    const member = memberOf(input);
    return this.database.transaction(async (tx) => {
      await lockCompanies(tx, [member.companyNumber]);
      await refuseWhatCannotBeAdded(tx, member);
      const written = await upsertMembers(tx, [member], new Set(OPTIONAL_COLUMNS));
      const { id } = written[0]!;
      await appendHeadcountChanges(tx, headcountChanges(written), { type: 'member', id });
      await this.audit.record(tx, actor, [{ action: 'companies.add-member', subjectType: 'member', subjectId: id }]);
      return id;
    });
  }
}

function memberOf(input: AddMemberInput): MemberRow {
  const leftOn = input.leftOn ?? null;
  if (leftOn !== null && leftOn <= input.eligibleFrom) {
    throw new DomainError('LEFT_BEFORE_ELIGIBLE', `A member eligible from ${input.eligibleFrom} cannot leave on ${leftOn}.`, {
      field: 'leftOn',
      value: leftOn,
      remedy: 'Give a day of leaving later than the first day.',
    });
  }
  return {
    companyNumber: input.companyNumber.trim(),
    employeeId: filledIn('employeeId', input.employeeId),
    name: filledIn('name', input.name),
    email: input.email?.trim() || null,
    costCentre: input.costCentre?.trim() || null,
    eligibleFrom: input.eligibleFrom,
    leftOn,
  };
}

function filledIn(field: 'employeeId' | 'name', text: string): string {
  const value = text.normalize('NFC').trim();
  if (value !== '') return value;
  throw new DomainError('MEMBER_INCOMPLETE', `A member has no empty ${field}.`, { field, value: text, remedy: 'Fill it in.' });
}

/** Looked up under the company's lock, so nobody can add the member in between. */
async function refuseWhatCannotBeAdded(tx: Tx, { companyNumber, employeeId }: MemberRow): Promise<void> {
  const status = (await companyStatuses(tx, [companyNumber])).get(companyNumber);
  const company = { field: 'companyNumber', value: companyNumber };
  if (status === undefined) {
    throw new DomainError('COMPANY_UNKNOWN', `There is no company ${companyNumber}.`, { ...company, remedy: 'Register the company first.' });
  }
  if (status === 'closed') {
    throw new DomainError('COMPANY_CLOSED', `The company ${companyNumber} is closed.`, { ...company, remedy: 'Choose another company.' });
  }
  if (await existingMember(tx, companyNumber, employeeId)) {
    throw new DomainError('MEMBER_ALREADY_ADDED', `${companyNumber} has a member ${employeeId} already.`, {
      field: 'employeeId',
      value: employeeId,
      remedy: 'Use another employee id, or change that member.',
    });
  }
}
