// Moves companies under another parent or to another payer, from a day on. What was charged before stays where it was.
import { Injectable } from '@nestjs/common';
import { addDays, CompanyId, DomainError, LocalDate, TimeZone } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, Tx, violatedConstraint } from '@countinghouse/platform';
import { companiesById, KnownCompany, lockCompaniesById } from '../persistence/company.queries';
import { deferMoves, inCircle, lockHierarchy, PlaceKind, recordMoves, showPlaces, takeDueMoves } from '../persistence/hierarchy.queries';
import { companyClosed, companyUnknown } from './refusals';

/** The hierarchy spans zones, so its days are those of UTC. */
const UTC = 'UTC' as TimeZone;
const DAYS_AHEAD_MAX = 366;
const DUE_AT_ONCE = 1_000;

export interface Move {
  readonly kind: PlaceKind;
  /** Null: from then on they stand alone, or pay for themselves. */
  readonly targetId: CompanyId | null;
  readonly effectiveOn: LocalDate;
  readonly reason: string | null;
}

export interface MoveCompanyInput extends Omit<Move, 'effectiveOn' | 'reason'> {
  readonly companyId: CompanyId;
  /** Today unless told; a day before is a correction, at most a year ahead. */
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
  ) {}

  /** @throws DomainError FORBIDDEN, COMPANY_UNKNOWN, COMPANY_CLOSED, COMPANY_CIRCLE, HIERARCHY_TOO_DEEP, MOVE_TOO_FAR_AHEAD */
  async execute({ companyId, kind, targetId, effectiveOn, reason }: MoveCompanyInput, actor: Actor): Promise<void> {
    authorise(actor, 'billing');
    const today = this.clock.today(UTC);
    const move = { kind, targetId, effectiveOn: dayOfMove(effectiveOn, today), reason: reason?.trim() || null };
    try {
      await this.database.transaction(async (tx) => {
        const { refused } = await this.applyTo(tx, [companyId], move, today, actor);
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
  async applyTo(tx: Tx, ids: readonly CompanyId[], move: Move, today: LocalDate, actor: Actor): Promise<Moved> {
    const { kind, targetId, effectiveOn, reason } = move;
    await lockHierarchy(tx);
    // The target too, so that it is not closed at the same moment.
    const all = targetId === null ? ids : [...ids, targetId];
    await lockCompaniesById(tx, all);
    const known = await companiesById(tx, all);
    if (targetId !== null) refuseTarget(kind, targetId, known.get(targetId));
    const circle = await inCircle(tx, { companyIds: ids, kind, targetId, effectiveOn });
    const refused = ids.flatMap((companyId) => {
      const error = reasonAgainst(companyId, known.get(companyId), circle, move);
      return error ? [{ companyId, error }] : [];
    });
    const willing = ids.filter((id) => !refused.some(({ companyId }) => companyId === id));
    const moved = await recordMoves(tx, { companyIds: willing, kind, targetId, effectiveOn }, { by: actor.subject, reason });
    if (effectiveOn <= today) await showPlaces(tx, moved, today);
    else await deferMoves(tx, moved, effectiveOn);
    await this.audit.record(
      tx,
      actor,
      moved.map((id) => ({
        action: kind === 'parent' ? 'companies.move-company' : 'companies.change-payer',
        subjectType: 'company', subjectId: id, change: { [`${kind}Id`]: targetId, effectiveOn }, ...(reason && { reason }),
      })),
    );
    return { moved, refused };
  }

  /** Lets rows show the moves whose day has come; says how many. */
  async showDue(): Promise<number> {
    const today = this.clock.today(UTC);
    return this.database.transaction(async (tx) => {
      await lockHierarchy(tx);
      const ids = await takeDueMoves(tx, today, DUE_AT_ONCE);
      await lockCompaniesById(tx, ids);
      await showPlaces(tx, ids, today);
      return ids.length;
    });
  }
}

/** @throws DomainError MOVE_TOO_FAR_AHEAD */
export function dayOfMove(effectiveOn: LocalDate | null | undefined, today: LocalDate): LocalDate {
  const day = effectiveOn ?? today;
  const last = addDays(today, DAYS_AHEAD_MAX);
  if (day <= last) return day;
  throw new DomainError('MOVE_TOO_FAR_AHEAD', `A move on ${day} is too far ahead.`, { field: 'effectiveOn', value: day, remedy: `Give a day up to ${last}.` });
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

function reasonAgainst(id: CompanyId, company: KnownCompany | undefined, circle: ReadonlySet<CompanyId>, { kind, targetId, effectiveOn }: Move): DomainError | undefined {
  if (!company) return companyUnknown('companyId', id);
  if (company.status === 'closed') return companyClosed('companyId', company.number);
  if (!circle.has(id)) return undefined;
  return new DomainError('COMPANY_CIRCLE', `${company.number} would ${kind === 'parent' ? 'stand under itself' : 'pay for itself through others'} from ${effectiveOn} or later.`, {
    field: `${kind}Id`,
    value: targetId ?? undefined,
    remedy: `Choose a company that does not ${kind === 'parent' ? 'belong to it' : 'have it as a payer'}, or move that one first.`,
  });
}
