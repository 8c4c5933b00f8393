// A day of an issuer on a test clock: when periods of its contracts begin or end on it, everybody is billed.
import { Injectable } from '@nestjs/common';
import { DailyWork, DailyWorkDone, DailyWorkProvider, Database, DayPhase, IssuerDay, Runs } from '@countinghouse/platform';
import { Subscriptions } from '@countinghouse/subscriptions';
import { StartBillingRun } from '../use-cases/start-billing-run';

@Injectable()
@DailyWorkProvider()
export class BillingWork implements DailyWork {
  readonly phase: DayPhase = 'bill';
  readonly name: string = 'invoicing.billing';

  constructor(
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
    private readonly startBilling: StartBillingRun,
    private readonly runs: Runs,
  ) {}

  /** The day is named by the key, but each asking is a run of its own, which finds what has changed since. */
  async perform({ issuerId, day, actor, runId }: IssuerDay): Promise<DailyWorkDone> {
    if (!(await this.database.read((reader) => this.subscriptions.isBillingDay(reader, issuerId, day)))) return {};
    const { id } = await this.startBilling.execute({ issuerId, through: day, idempotencyKey: `${runId} ${day} ${crypto.randomUUID()}` }, actor);
    const run = await this.runs.drain(id);
    if (run.state !== 'succeeded') throw new Error(`the billing run ${id} is ${run.state}: ${run.error}`);
    const parked = run.parked === 0 ? [] : await this.database.read((reader) => this.runs.parkedItems(reader, id, { limit: 100 }));
    return { parked, result: { billingRuns: 1, ...counts(run.result) } };
  }
}

/** The run's counts and amounts; they add up over the days. */
function counts(result: Readonly<Record<string, string>>): Record<string, bigint> {
  return Object.fromEntries(Object.entries(result).map(([key, n]) => [key, BigInt(n)]));
}
