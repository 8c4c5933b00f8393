// Starts a collection run: everything that is due through a day, of one issuer or of all.
import { Injectable } from '@nestjs/common';
import { DomainError, IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, Idempotency, Run, Runs } from '@countinghouse/platform';

export const COLLECTION = 'payments.collection';

export interface StartCollectionRunInput {
  /** All issuers when it is left out; the actor's scope must then have no limits. */
  readonly issuerId?: IssuerId;
  /** Payments whose day has come by then. */
  readonly through: LocalDate;
  readonly idempotencyKey: string;
}

/** The input of a run of this kind. */
export type CollectionInput = Omit<StartCollectionRunInput, 'idempotencyKey'>;

@Injectable()
export class StartCollectionRun {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly runs: Runs,
    private readonly audit: Audit,
  ) {}

  /**
   * The new run, or the active one for the same issuer and day.
   * @throws DomainError FORBIDDEN, IDEMPOTENCY_KEY_REUSED
   */
  async execute({ idempotencyKey, ...input }: StartCollectionRunInput, actor: Actor): Promise<Run> {
    authorise(actor, 'billing', input.issuerId);
    if (input.issuerId === undefined && actor.issuers !== '*') throw scopeTooNarrow();
    return this.database.transaction(async (tx) => {
      const { runId } = await this.idempotency.once(tx, { operation: COLLECTION, key: idempotencyKey, input }, async () => {
        const run = await this.runs.start<CollectionInput>(tx, { kind: COLLECTION, key: `${input.issuerId ?? 'all'}:${input.through}`, input }, actor);
        await this.audit.record(tx, actor, [
          {
            action: 'payments.start-collection-run',
            subjectType: 'run',
            subjectId: run.id,
            ...(input.issuerId ? { issuerId: input.issuerId } : {}),
            change: { through: input.through },
          },
        ]);
        return { runId: run.id as RunId };
      });
      return this.runs.get(tx, runId);
    });
  }
}

function scopeTooNarrow(): DomainError {
  return new DomainError('FORBIDDEN', 'your scope does not take in every issuer', {
    field: 'issuerId',
    remedy: 'name one of your issuers',
  });
}
