// The billing run: members first, because what they enrol in makes part of what their companies owe; then the companies.
import { Injectable } from '@nestjs/common';
import { ChunkOutcome, PlannedChunk, Run, RunHandler, RunKind, Tx } from '@countinghouse/platform';
import { BillingChunk, Subscriptions } from '@countinghouse/subscriptions';
import { BillPayers } from '../use-cases/bill-payers';
import { BILLING_RUN, BillingInput } from '../use-cases/start-billing-run';

/** Large enough that the fixed statements of a chunk cost little per payer, small enough to be done in a second or so. */
const ITEMS_PER_CHUNK = 1000;

@Injectable()
@RunKind({ kind: BILLING_RUN, queue: 'invoicing' })
export class BillingRun implements RunHandler<BillingInput, BillingChunk> {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly billPayers: BillPayers,
  ) {}

  async plan(tx: Tx, run: Run<BillingInput>): Promise<readonly PlannedChunk<BillingChunk>[]> {
    return this.subscriptions.billingPlan(tx, run.input, ITEMS_PER_CHUNK);
  }

  async processInTx(tx: Tx, chunk: BillingChunk, run: Run<BillingInput>): Promise<ChunkOutcome> {
    return this.billPayers.execute(tx, chunk, { ...run.input, runId: run.id });
  }

  split(chunk: BillingChunk): readonly PlannedChunk<BillingChunk>[] | undefined {
    if ('enrolmentIds' in chunk) return singles(chunk.enrolmentIds, (id) => ({ enrolmentIds: [id] }));
    return singles(chunk.companyIds, (id) => ({ companyIds: [id] }));
  }

  itemName(chunk: BillingChunk): string {
    return 'enrolmentIds' in chunk ? `enrolment ${chunk.enrolmentIds[0]}` : `company ${chunk.companyIds[0]}`;
  }
}

function singles<T>(ids: readonly T[], chunkOf: (id: T) => BillingChunk): PlannedChunk<BillingChunk>[] | undefined {
  return ids.length > 1 ? ids.map((id) => ({ items: 1, input: chunkOf(id) })) : undefined;
}
