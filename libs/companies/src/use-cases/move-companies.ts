// Moves companies under another parent or to another payer, from a day on. What was charged before stays where it was.
import { Injectable } from '@nestjs/common';
import { addDays, CompanyId, DomainError, LocalDate, localDateIn } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, Tx, violatedConstraint } from '@countinghouse/platform';
import { CompanyMoveChecks } from '../move-checks/move-check';
import { companiesById, KnownCompany, lockCompaniesById } from '../persistence/company.queries';
import { inCircle, lockHierarchy, PlaceKind, recordMoves, showPlaces, takeDueMoves } from '../persistence/hierarchy.queries';
import { companyClosed, companyUnknown } from './refusals';

const DAYS_AHEAD_MAX = 366;
const DUE_AT_ONCE = 1_000;

export interface Move {
  readonly kind: PlaceKind;
  /** Null: from then on they stand alone, or pay for themselves. */
  readonly targetId: CompanyId | null;
  /** Null: today, each company in its own zone. */
  readonly effectiveOn: LocalDate | null;
  readonly reason: string | null;
}

export interface MoveCompanyInput extends Omit<Move, 'effectiveOn' | 'reason'> {
  readonly companyId: CompanyId;
  /** Today in the company's zone unless told; a day before is a correction, at most a year ahead. */
  readonly effectiveOn?: LocalDate | null;
  readonly reason?: string | null;
}

export interface Moved {
  readonly moved: readonly CompanyId[];
  readonly refused: readonly { readonly companyId: CompanyId; readonly error: DomainError }[];
}

@Injectable()
export class MoveCompanies {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: AppClock,
    private readonly checks: CompanyMoveChecks,
  ) {}

  /** @throws DomainError FORBIDDEN, COMPANY_UNKNOWN, COMPANY_CLOSED, COMPANY_CIRCLE, HIERARCHY_TOO_DEEP, MOVE_TOO_FAR_AHEAD, and what the move checks say */
  async execute({ companyId, kind, targetId, effectiveOn, reason }: MoveCompanyInput, actor: Actor): Promise<void> {
    authorise(actor, 'billing');
    const at = new Date(this.clock.now());
    const move = { kind, targetId, effectiveOn: effectiveOn ?? null, reason: reason?.trim() || null };
    try {
      await this.database.transaction(async (tx) => {
        const { refused } = await this.applyTo(tx, [companyId], move, at, actor);
        if (refused.length > 0) throw refused[0]!.error;
      });
    } catch (error) {
      throw tooDeep(error, kind) ?? error;
    }
  }

  /**
   * Moves all that can be moved, in a constant number of statements; those who stand there already are left alone. The
   * caller has authorised the actor. @throws DomainError COMPANY_UNKNOWN, COMPANY_CLOSED of the target
   */
  async applyTo(tx: Tx, ids: readonly CompanyId[], move: Move, at: Date, actor: Actor): Promise<Moved> {
    const { kind, targetId, effectiveOn, reason } = move;
    await lockHierarchy(tx);
    // The target too, so that it is not closed at the same moment.
    const all = targetId === null ? ids : [...ids, targetId];
    await lockCompaniesById(tx, all);
    const known = await companiesById(tx, all);
    if (targetId !== null) refuseTarget(kind, targetId, known.get(targetId));
    const circle = await inCircle(tx, { companyIds: ids, kind, targetId, effectiveOn, at });
    const checked = targetId === null ? undefined : await this.checks.all(tx, ids.map((companyId) => ({ companyId, kind, targetId })));
    const refused = ids.flatMap((companyId) => {
      const error = reasonAgainst(companyId, known.get(companyId), circle, move, at) ?? checked?.get(companyId);
      return error ? [{ companyId, error }] : [];
    });
    const willing = ids.filter((id) => !refused.some(({ companyId }) => companyId === id));
    const recorded = await recordMoves(tx, { companyIds: willing, kind, targetId, effectiveOn, at }, { by: actor.subject, reason });
    const moved = recorded.map(({ companyId }) => companyId);
    await showPlaces(tx, moved, at);
    await this.audit.record(
      tx,
      actor,
      recorded.map((each) => ({
        action: kind === 'parent' ? 'companies.move-company' : 'companies.change-payer',
        subjectType: 'company', subjectId: each.companyId, change: { [`${kind}Id`]: targetId, effectiveOn: each.effectiveOn }, ...(reason && { reason }),
      })),
    );
    return { moved, refused };
  }

  /** Lets rows show the moves whose day has come; says how many. */
  async showDue(): Promise<number> {
    const at = new Date(this.clock.now());
    return this.database.transaction(async (tx) => {
      await lockHierarchy(tx);
      const ids = await takeDueMoves(tx, at, DUE_AT_ONCE);
      await lockCompaniesById(tx, ids);
      await showPlaces(tx, ids, at);
      return ids.length;
    });
  }
}

/** MOVE_TOO_FAR_AHEAD, if it is. */
export function tooFarAhead(effectiveOn: LocalDate | null | undefined, today: LocalDate): DomainError | undefined {
  const last = addDays(today, DAYS_AHEAD_MAX);
  if (effectiveOn == null || effectiveOn <= last) return undefined;
  return new DomainError('MOVE_TOO_FAR_AHEAD', `A move on ${effectiveOn} is too far ahead.`, { field: 'effectiveOn', value: effectiveOn, remedy: `Give a day up to ${last}.` });
}

/** Circles are found before the database has to; what its guard still refuses is a walk upwards that does not end soon enough. */
function tooDeep(error: unknown, kind: PlaceKind): DomainError | undefined {
  if (violatedConstraint(error) !== 'company_move_makes_no_circle') return undefined;
  return new DomainError('HIERARCHY_TOO_DEEP', 'The company would have 100 or more others above it.', { field: `${kind}Id`, remedy: 'Choose a company further up.', cause: error });
}

function refuseTarget(kind: PlaceKind, id: CompanyId, target: KnownCompany | undefined): void {
  if (!target) throw companyUnknown(`${kind}Id`, id);
  if (target.status === 'closed') throw companyClosed(`${kind}Id`, target.number);
}

function reasonAgainst(id: CompanyId, company: KnownCompany | undefined, circle: ReadonlySet<CompanyId>, move: Move, at: Date): DomainError | undefined {
  const { kind, targetId, effectiveOn } = move;
  if (!company) return companyUnknown('companyId', id);
  if (company.status === 'closed') return companyClosed('companyId', company.number);
  const today = localDateIn(company.profile.timeZone, at.getTime());
  if (!circle.has(id)) return tooFarAhead(effectiveOn, today);
  return new DomainError('COMPANY_CIRCLE', `${company.number} would ${kind === 'parent' ? 'stand under itself' : 'pay for itself through others'} from ${effectiveOn ?? today} or later.`, {
    field: `${kind}Id`,
    value: targetId ?? undefined,
    remedy: `Choose a company that does not ${kind === 'parent' ? 'belong to it' : 'have it as a payer'}, or move that one first.`,
  });
}
