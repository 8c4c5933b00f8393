// StartBillingRun: bills every member and company of an issuer for what is owed up to a day and not yet charged.
import { Injectable } from '@nestjs/common';
import { addDays, DomainError, IssuerId, LocalDate, RunId, yearOf } from '@countinghouse/kernel';
import { Actor, AppClock, authorise, Database, Idempotency, issuerDay, Reader, Run, Runs } from '@countinghouse/platform';
import { Stream } from '../domain/document-number';

export const BILLING_RUN = 'invoicing.billing';

/** What a billing run is about; the input of its Run. */
export interface BillingInput {
  readonly issuerId: IssuerId;
  /** The bill-through day: through 1 November bills October in arrears and November in advance. */
  readonly through: LocalDate;
  /** The issuer's local day on which the run was asked for: the date of its documents, whenever its chunks get done. */
  readonly issuedOn: LocalDate;
}

export interface StartBillingRunInput {
  readonly idempotencyKey: string;
  readonly issuerId: IssuerId;
  readonly through: LocalDate;
}

/** A year of billing in advance and a month to spare: further away, the day is a typing error. */
const FURTHEST_DAYS_AHEAD = 397;
const STREAMS: readonly Stream[] = ['company', 'member'];

@Injectable()
export class StartBillingRun {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly runs: Runs,
    private readonly clock: AppClock,
  ) {}

  /**
   * Starts the run, or gives the one of the same issuer and day that is active.
   * @throws DomainError FORBIDDEN, ISSUER_NOT_FOUND, BILL_THROUGH_TOO_FAR, SERIES_NOT_OPEN, IDEMPOTENCY_KEY_REUSED
   */
  async execute(input: StartBillingRunInput, actor: Actor): Promise<Run<BillingInput>> {
    const { idempotencyKey, issuerId, through } = input;
    authorise(actor, 'billing', issuerId);
    const nowMs = this.clock.now();
    return this.database.transaction(async (tx) => {
      const operation = { operation: 'invoicing.start-billing-run', key: idempotencyKey, input: { issuerId, through } };
      const runId = await this.idempotency.once<RunId>(tx, operation, async () => {
        const issuedOn = await issuerDay(tx, issuerId, nowMs);
        refuseFarAway(through, issuedOn, FURTHEST_DAYS_AHEAD);
        await refuseWithoutSeries(tx, issuerId, issuedOn);
        const run = await this.runs.start<BillingInput>(
          tx,
          { kind: BILLING_RUN, key: `${issuerId}:${through}`, input: { issuerId, through, issuedOn } },
          actor,
        );
        return run.id;
      });
      return (await this.runs.get(tx, runId)) as Run<BillingInput>;
    });
  }
}

/** @throws DomainError BILL_THROUGH_TOO_FAR */
export function refuseFarAway(through: LocalDate, issuedOn: LocalDate, furthestDays: number): void {
  if (through <= addDays(issuedOn, furthestDays)) return;
  throw new DomainError('BILL_THROUGH_TOO_FAR', `${through} is more than ${furthestDays} days after ${issuedOn}.`, {
    field: 'through',
    value: through,
    remedy: `Give ${addDays(issuedOn, furthestDays)} or an earlier day.`,
  });
}

/** Said before the run begins, not by every chunk of it. */
async function refuseWithoutSeries(reader: Reader, issuerId: IssuerId, issuedOn: LocalDate): Promise<void> {
  const open = await reader.query<{ stream: Stream }>(
    `SELECT stream FROM invoicing.series WHERE issuer_id = $1 AND document_type = 'invoice' AND year = $2`,
    [issuerId, yearOf(issuedOn)],
  );
  const missing = STREAMS.filter((stream) => !open.some((series) => series.stream === stream));
  if (missing.length > 0) throw seriesNotOpen(missing, issuedOn);
}

/** The refusal to issue documents without a series to number them from. */
export function seriesNotOpen(streams: readonly Stream[], issuedOn: LocalDate): DomainError {
  return new DomainError('SERIES_NOT_OPEN', `No ${streams.join(' and no ')} invoice series is open for ${yearOf(issuedOn)}.`, {
    field: 'stream',
    value: streams.join(', '),
    remedy: 'Open the series of that year first.',
  });
}
