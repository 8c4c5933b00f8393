// AdvanceTestClock: starts the run that moves a test clock on to a day.
import { Injectable } from '@nestjs/common';
import { addDays, DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Audit } from '../audit/audit';
import { Actor, authorise } from '../auth/actor';
import { AppClock } from '../clock/clock';
import { issuerDay } from '../clock/issuer-day';
import { Database } from '../database/database';
import { Tx } from '../database/tx';
import { Run } from '../runs/run';
import { Runs } from '../runs/runs';

export const TEST_CLOCK_RUN = 'platform.test-clock';

export interface AdvanceTestClockInput {
  readonly issuerId: IssuerId;
  /** The day that the clock shows at the end, with everything done that is due by its midnight. */
  readonly to: LocalDate;
}

/** A hundred years; further away, the day is a typing error. */
const FURTHEST_DAYS_AHEAD = 36_525;

@Injectable()
export class AdvanceTestClock {
  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
    private readonly audit: Audit,
    private readonly runs: Runs,
  ) {}

  /**
   * The run, or the one that is on its way to the same day. The day on which the clock stands is worked through again, so
   * advancing to it does what has become due by a change since.
   * @throws DomainError FORBIDDEN, ISSUER_NOT_FOUND, ISSUER_IS_REAL, CLOCK_GOES_BACK, CLOCK_GOES_TOO_FAR, TEST_CLOCK_IS_MOVING
   */
  async execute(input: AdvanceTestClockInput, actor: Actor): Promise<Run<AdvanceTestClockInput>> {
    authorise(actor, 'billing', input.issuerId);
    const nowMs = this.clock.now();
    return this.database.transaction(async (tx) => {
      const today = await issuerDay(tx, input.issuerId, nowMs);
      await refuseReal(tx, input.issuerId);
      refuseDay(input.to, today);
      const run = await this.runs.start<AdvanceTestClockInput>(tx, { kind: TEST_CLOCK_RUN, key: input.issuerId, input }, actor);
      if (run.input.to !== input.to) throw moving(run.input.to);
      const { issuerId } = input;
      await this.audit.record(tx, actor, [
        { action: 'platform.advance-test-clock', subjectType: 'issuer', subjectId: issuerId, issuerId, change: { from: today, to: input.to } },
      ]);
      return run;
    });
  }
}

async function refuseReal(tx: Tx, issuerId: IssuerId): Promise<void> {
  const { code, real } = await tx.one<{ code: string; real: boolean }>('SELECT code, test_clock_at IS NULL AS real FROM platform.issuer WHERE id = $1', [issuerId]);
  if (!real) return;
  throw new DomainError('ISSUER_IS_REAL', `${code} is a real issuer; its clock is that of the world.`, {
    field: 'issuerId',
    value: issuerId,
    remedy: 'Create a test clock, and advance the issuer that it comes with.',
  });
}

function refuseDay(to: LocalDate, today: LocalDate): void {
  if (to < today) {
    throw new DomainError('CLOCK_GOES_BACK', `The clock shows ${today} and is not moved back to ${to}.`, { field: 'to', value: to, remedy: `Give ${today} or a later day.` });
  }
  if (to > addDays(today, FURTHEST_DAYS_AHEAD)) {
    throw new DomainError('CLOCK_GOES_TOO_FAR', `${to} is more than ${FURTHEST_DAYS_AHEAD} days after ${today}.`, { field: 'to', value: to, remedy: 'Give a nearer day.' });
  }
}

function moving(to: LocalDate): DomainError {
  return new DomainError('TEST_CLOCK_IS_MOVING', `The clock is on its way to ${to}.`, {
    field: 'to',
    value: to,
    remedy: 'Wait until it has arrived, or cancel that run.',
  });
}
