// Erases a person on request: names and addresses go from everywhere here, the days and the money facts stay.
import { Injectable } from '@nestjs/common';
import { DomainError, localDateIn, MemberId } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, Imports } from '@countinghouse/platform';
import { refuseMove } from '../domain/member-status';
import { ErasureChecks } from '../erasure-checks';
import { eraseMember, LockedMember, lockedMember } from '../persistence/member-changes.queries';

/** Where files of any kind name a person by the employee id. */
const NAMING_COLUMNS = ['employee_id', 'dependant_of'];

@Injectable()
export class EraseMember {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: AppClock,
    private readonly imports: Imports,
    private readonly checks: ErasureChecks,
  ) {}

  /**
   * @param reason why, e.g. the number of the request; it stays, so it must not name the person
   * @throws DomainError FORBIDDEN, MEMBER_UNKNOWN, MEMBER_ERASED, MEMBER_HAS_NOT_LEFT, MEMBER_NOT_ERASABLE, REASON_MISSING, REASON_NAMES_THE_PERSON
   */
  async execute(memberId: MemberId, reason: string, actor: Actor): Promise<void> {
    authorise(actor, 'accountant');
    const now = this.clock.now();
    const why = reason.trim();
    if (why === '') throw new DomainError('REASON_MISSING', 'An erasure needs a reason.', { field: 'reason', remedy: 'Give the number of the request, for example.' });
    await this.database.transaction(async (tx) => {
      const member = await lockedMember(tx, memberId);
      const today = localDateIn(member.timeZone, now);
      refuseMove('erase', member.leftOn !== null && member.leftOn <= today ? 'left' : 'eligible');
      refuseNaming(why, member);
      const obstacles = await this.checks.obstacles(tx, memberId, today);
      if (obstacles.length > 0) {
        throw new DomainError('MEMBER_NOT_ERASABLE', `The member cannot be erased yet: ${obstacles.map(({ detail }) => detail).join('; ')}.`, {
          field: 'memberId',
          value: memberId,
          remedy: obstacles.map(({ remedy }) => remedy).join(' '),
        });
      }
      await eraseMember(tx, member, { at: new Date(now), by: actor.subject, reason: why });
      const { companyNumber, employeeId, name, email } = member;
      await this.imports.forget(tx, { scope: companyNumber, number: employeeId, columns: NAMING_COLUMNS, texts: email === null ? [name] : [name, email] });
      await this.audit.record(tx, actor, [{ action: 'companies.erase-member', subjectType: 'member', subjectId: memberId, reason: why }]);
    });
  }
}

function refuseNaming(reason: string, { name, email, employeeId }: LockedMember): void {
  const text = reason.toLowerCase();
  const named = [name, ...(email === null ? [] : [email])].some((personal) => text.includes(personal.toLowerCase()));
  const words = text.split(/[^\p{L}\p{N}_-]+/u);
  if (!named && !words.includes(employeeId.toLowerCase())) return;
  throw new DomainError('REASON_NAMES_THE_PERSON', 'The reason is kept and must not name the person.', { field: 'reason', remedy: 'Give the number of the request, for example.' });
}
