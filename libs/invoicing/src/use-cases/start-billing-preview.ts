// StartBillingPreview: what would be billed through a day, for a company, a payer with all its children, or everybody; as things are, or under proposals.
import { Injectable } from '@nestjs/common';
import { CompanyId, DomainError, IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import { Actor, AppClock, authorise, Database, Idempotency, issuerDay, Reader, Runs } from '@countinghouse/platform';
import { Proposal, proposalsToText, ApplyProposals } from '@countinghouse/subscriptions';
import { insertPreview } from '../persistence/preview.queries';
import { refuseFarAway } from './start-billing-run';

export const BILLING_PREVIEW = 'invoicing.preview';

/** What a preview is of; the input of its Run. */
export interface PreviewInput {
  readonly issuerId: IssuerId;
  readonly through: LocalDate;
  readonly issuedOn: LocalDate;
  /** Null: everybody of the issuer. */
  readonly companyId: CompanyId | null;
  readonly withChildren: boolean;
  /** Proposals as text. */
  readonly proposed: string;
}

export interface StartBillingPreviewInput {
  readonly idempotencyKey: string;
  readonly issuerId: IssuerId;
  readonly through: LocalDate;
  /** The documents of whoever pays for it. */
  readonly companyId?: CompanyId | null;
  /** Those of all companies below it as well, and of all whom they pay for, however many levels. */
  readonly withChildren?: boolean;
  readonly proposals?: readonly Proposal[];
}

/** Ten years: what is agreed today may be asked about to its end. */
const FURTHEST_DAYS_AHEAD = 3_660;
const PROPOSALS_AT_ONCE = 50;
const KEPT_HOURS = 24;

@Injectable()
export class StartBillingPreview {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly runs: Runs,
    private readonly clock: AppClock,
    private readonly proposals: ApplyProposals,
  ) {}

  /**
   * Starts the run that computes it; gives its id, under which it is read for a day. Proposals are tried at once, so that what
   * is wrong with them is said here.
   * @throws DomainError FORBIDDEN, ISSUER_NOT_FOUND, COMPANY_NOT_FOUND, BILL_THROUGH_TOO_FAR, TOO_MANY_PROPOSALS,
   *   IDEMPOTENCY_KEY_REUSED, and those of the proposals
   */
  async execute({ idempotencyKey, ...wanted }: StartBillingPreviewInput, actor: Actor): Promise<RunId> {
    const { issuerId, through, companyId = null, withChildren = false, proposals = [] } = wanted;
    authorise(actor, 'billing', issuerId);
    if (proposals.length > PROPOSALS_AT_ONCE) throw tooMany(proposals.length);
    const nowMs = this.clock.now();
    if (proposals.length > 0) await this.database.rehearse(() => this.proposals.execute(proposals, actor));
    return this.database.transaction((tx) =>
      this.idempotency.once<RunId>(tx, { operation: 'invoicing.start-billing-preview', key: idempotencyKey, input: wanted }, async () => {
        const issuedOn = await issuerDay(tx, issuerId, nowMs);
        refuseFarAway(through, issuedOn, FURTHEST_DAYS_AHEAD);
        if (companyId !== null) await refuseUnknown(tx, companyId);
        const input: PreviewInput = { issuerId, through, issuedOn, companyId, withChildren, proposed: proposalsToText(proposals) };
        const { id } = await this.runs.start(tx, { kind: BILLING_PREVIEW, key: `${issuerId}:${idempotencyKey}`, input }, actor);
        await insertPreview(tx, { id, ...input, proposals: proposals.length, createdBy: actor.subject, keptUntil: new Date(nowMs + KEPT_HOURS * 3_600_000) });
        return id;
      }),
    );
  }
}

async function refuseUnknown(reader: Reader, companyId: CompanyId): Promise<void> {
  if (await reader.first('SELECT FROM companies.company WHERE id = $1', [companyId])) return;
  throw new DomainError('COMPANY_NOT_FOUND', 'There is no such company.', { field: 'companyId', value: companyId, remedy: 'Correct the id.' });
}

function tooMany(count: number): DomainError {
  return new DomainError('TOO_MANY_PROPOSALS', `${count} proposals are more than ${PROPOSALS_AT_ONCE}.`, {
    field: 'proposals',
    value: String(count),
    remedy: `Propose at most ${PROPOSALS_AT_ONCE} at once.`,
  });
}
