// Starts a run that does one thing to many companies: to a list, or to all that a filter means.
import { Injectable } from '@nestjs/common';
import { CompanyId, DomainError, LocalDate, RunId, timeZone } from '@countinghouse/kernel';
import { Actor, AppClock, authorise, Database, Idempotency, Run, Runs } from '@countinghouse/platform';
import { MOVES, type StatusMove } from '../domain/company-status';
import type { CompanyCriteria } from '../persistence/company-search.queries';
import type { PlaceKind } from '../persistence/hierarchy.queries';
import { tooFarAhead } from './move-companies';
import { reasonOf } from './refusals';

export const BULK_CHANGE = 'companies.bulk-change';
export const BULK_VAT_CHECK = 'companies.bulk-vat-check';
export const COMPANIES_IN_BULK_MAX = 100_000;
/** A day too far ahead here is so for every company; the others are refused one by one. */
const WHERE_DAYS_BEGIN = timeZone('Pacific/Kiritimati');

/** What is done to each. */
export type BulkAct =
  | { readonly act: StatusMove }
  | { readonly act: 'move'; readonly kind: PlaceKind; readonly targetId: CompanyId | null; readonly effectiveOn?: LocalDate | null }
  | { readonly act: 'check-vat' };

/** To whom: exactly one of the two. */
export interface BulkScope {
  readonly companyIds?: readonly CompanyId[];
  readonly criteria?: CompanyCriteria;
}

/** The input of the run: all that was decided when it was asked for, so that every chunk does the same. */
export interface BulkInput extends BulkScope {
  readonly doing: BulkAct;
  readonly reason: string | null;
  readonly by: string;
  /** The instant it was asked for: what is done today is done on the day that it then was for each company. */
  readonly at: string;
}

export interface StartBulkChangeInput extends BulkScope {
  readonly doing: BulkAct;
  readonly reason?: string | null;
  readonly idempotencyKey: string;
}

@Injectable()
export class StartBulkChange {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly runs: Runs,
    private readonly clock: AppClock,
  ) {}

  /** @throws DomainError FORBIDDEN, REASON_MISSING, BULK_SCOPE_INVALID, MOVE_TOO_FAR_AHEAD, IDEMPOTENCY_KEY_REUSED */
  async execute({ idempotencyKey: key, ...asked }: StartBulkChangeInput, actor: Actor): Promise<Run> {
    const { doing, companyIds, criteria } = asked;
    authorise(actor, doing.act in MOVES ? MOVES[doing.act as StatusMove].role : 'billing');
    refuseScope(asked);
    const isTooFar = doing.act === 'move' && tooFarAhead(doing.effectiveOn, this.clock.today(WHERE_DAYS_BEGIN));
    if (isTooFar) throw isTooFar;
    const input: BulkInput = {
      doing,
      ...(companyIds && { companyIds: [...new Set(companyIds)] }),
      ...(criteria && { criteria }),
      reason: doing.act in MOVES && doing.act !== 'resume' ? reasonOf(asked.reason) : (asked.reason?.trim() ?? null) || null,
      by: actor.subject,
      at: new Date(this.clock.now()).toISOString(),
    };
    const kind = doing.act === 'check-vat' ? BULK_VAT_CHECK : BULK_CHANGE;
    return this.database.transaction(async (tx) => {
      const id = await this.idempotency.once<RunId>(tx, { operation: 'companies.start-bulk-change', key, input: asked }, async () => {
        return (await this.runs.start<BulkInput>(tx, { kind, key, input }, actor)).id;
      });
      return this.runs.get(tx, id);
    });
  }
}

function refuseScope({ companyIds, criteria }: BulkScope): void {
  const limited = criteria !== undefined && Object.values(criteria).some((value) => value != null);
  if ((companyIds === undefined) === (criteria === undefined) || (criteria !== undefined && !limited)) {
    throw new DomainError('BULK_SCOPE_INVALID', 'It is not said which companies are meant.', { field: 'companyIds', remedy: 'Give either a list or a filter that leaves some out.' });
  }
  if (companyIds !== undefined && (companyIds.length === 0 || companyIds.length > 10_000)) {
    throw new DomainError('BULK_SCOPE_INVALID', `A list of ${companyIds.length} companies is not taken.`, { field: 'companyIds', value: String(companyIds.length), remedy: 'Give 1 to 10,000, or a filter.' });
  }
}
