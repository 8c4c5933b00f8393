// Suspends, resumes, closes and reopens companies, one or many.
import { Injectable } from '@nestjs/common';
import { CompanyId, DomainError, isDomainError } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, Tx } from '@countinghouse/platform';
import { MOVES, mustMove, StatusMove } from '../domain/company-status';
import { companiesById, KnownCompany, lockCompaniesById, Recording } from '../persistence/company.queries';
import { CompanyObstacle, CompanyStatusChecks } from '../status-checks/status-check';
import { companyUnknown, reasonOf } from './refusals';

export interface ChangeCompanyStatusInput {
  readonly companyId: CompanyId;
  readonly move: StatusMove;
  /** Always needed, but to resume. */
  readonly reason?: string | null;
}

export interface StatusChanges {
  readonly moved: readonly CompanyId[];
  readonly refused: readonly { readonly companyId: CompanyId; readonly error: DomainError }[];
  /** What does not stand in the way, but should be known. */
  readonly warnings: readonly CompanyObstacle[];
}

@Injectable()
export class ChangeCompanyStatus {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: AppClock,
    private readonly checks: CompanyStatusChecks,
  ) {}

  /**
   * Answers with the warnings. One that has the status already is left alone.
   * @throws DomainError FORBIDDEN, REASON_MISSING, COMPANY_UNKNOWN, COMPANY_STATUS_FORBIDS, COMPANY_CANNOT_MOVE
   */
  async execute({ companyId, move, reason }: ChangeCompanyStatusInput, actor: Actor): Promise<readonly CompanyObstacle[]> {
    authorise(actor, MOVES[move].role);
    const recording = { by: actor.subject, reason: move === 'resume' ? (reason?.trim() ?? null) : reasonOf(reason), at: new Date(this.clock.now()) };
    return this.database.transaction(async (tx) => {
      const { refused, warnings } = await this.applyTo(tx, [companyId], move, recording, actor);
      if (refused.length > 0) throw refused[0]!.error;
      return warnings;
    });
  }

  /** Moves all that can be moved, in a constant number of statements. The caller has authorised the actor. */
  async applyTo(tx: Tx, ids: readonly CompanyId[], move: StatusMove, recording: Recording, actor: Actor): Promise<StatusChanges> {
    await lockCompaniesById(tx, ids);
    const known = await companiesById(tx, ids);
    const { willing, refused } = sorted(ids, known, move);
    const obstacles = move === 'suspend' || move === 'close' ? await this.checks.all(tx, willing, move, recording.at) : new Map<CompanyId, CompanyObstacle[]>();
    const blocked = willing.filter((id) => obstacles.get(id)?.some(({ severity }) => severity === 'refuses'));
    const moved = willing.filter((id) => !blocked.includes(id));
    await setStatus(tx, moved, move, recording);
    await this.audit.record(
      tx,
      actor,
      moved.map((id) => ({ action: `companies.${move}-company`, subjectType: 'company', subjectId: id, ...(recording.reason && { reason: recording.reason }) })),
    );
    return {
      moved,
      refused: [...refused, ...blocked.map((id) => ({ companyId: id, error: inTheWay(known.get(id)!, move, obstacles.get(id)!) }))],
      warnings: moved.flatMap((id) => obstacles.get(id) ?? []),
    };
  }
}

function sorted(ids: readonly CompanyId[], known: ReadonlyMap<CompanyId, KnownCompany>, move: StatusMove) {
  const willing: CompanyId[] = [];
  const refused: { companyId: CompanyId; error: DomainError }[] = [];
  for (const companyId of ids) {
    const company = known.get(companyId);
    try {
      if (!company) throw companyUnknown('companyId', companyId);
      if (mustMove(company, move)) willing.push(companyId);
    } catch (error) {
      if (!isDomainError(error)) throw error;
      refused.push({ companyId, error });
    }
  }
  return { willing, refused };
}

async function setStatus(tx: Tx, ids: readonly CompanyId[], move: StatusMove, { by, reason, at }: Recording): Promise<void> {
  await tx.execute(
    `UPDATE companies.company c
        SET status = $2, version = version + 1, changed_by = $3, change_reason = $4,
            valid_from = CASE version WHEN 1 THEN today.day ELSE greatest(valid_from, today.day) END
       FROM (SELECT id, ($5::timestamptz AT TIME ZONE time_zone)::date AS day FROM companies.company WHERE id = ANY ($1::uuid[])) AS today
      WHERE c.id = today.id`,
    [ids, MOVES[move].to, by, reason, at],
  );
}

function inTheWay({ number }: KnownCompany, move: StatusMove, obstacles: readonly CompanyObstacle[]): DomainError {
  const refusing = obstacles.filter(({ severity }) => severity === 'refuses');
  return new DomainError('COMPANY_CANNOT_MOVE', `One cannot ${move} ${number}: ${refusing.map(({ detail }) => detail).join(' ')}`, {
    field: 'companyId',
    value: number,
    remedy: refusing.map(({ remedy }) => remedy).join(' '),
  });
}
