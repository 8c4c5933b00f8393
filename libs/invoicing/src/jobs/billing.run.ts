// The billing run: members first, because what they enrol in makes part of what their companies owe; then the companies.
import { Injectable } from '@nestjs/common';
import { ChunkOutcome, PlannedChunk, Run, RunHandler, RunKind, Tx } from '@countinghouse/platform';
import { BillingChunk, Subscriptions } from '@countinghouse/subscriptions';
import { z } from 'zod';
import { BillPayers } from '../use-cases/bill-payers';
import { BILLING_RUN, BillingInput } from '../use-cases/start-billing-run';

/** Large enough that the fixed statements of a chunk cost little per payer, small enough to be done in a second or so. */
const ITEMS_PER_CHUNK = 1000;

const GROUPS = z.array(z.array(z.guid()).min(1));
const SHAPE = {
  input: z.strictObject({ issuerId: z.guid(), through: z.iso.date(), issuedOn: z.iso.date() }),
  chunk: z.union([z.strictObject({ members: GROUPS }), z.strictObject({ payers: GROUPS })]),
};

@Injectable()
@RunKind({ kind: BILLING_RUN, queue: 'invoicing', shape: SHAPE })
export class BillingRun implements RunHandler<BillingInput, BillingChunk> {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly billPayers: BillPayers,
  ) {}

  async plan(tx: Tx, run: Run<BillingInput>): Promise<readonly PlannedChunk<BillingChunk>[]> {
    return this.subscriptions.billingPlan(tx, run.input, ITEMS_PER_CHUNK);
  }

  async processInTx(tx: Tx, chunk: BillingChunk, run: Run<BillingInput>): Promise<ChunkOutcome> {
    const together = 'members' in chunk ? { enrolmentIds: chunk.members.flat() } : { companyIds: chunk.payers.flat() };
    return this.billPayers.execute(tx, together, { ...run.input, runId: run.id });
  }

  /** Into what cannot be billed apart: a company alone would leave its fees to the document of a payer that is billed already. */
  split(chunk: BillingChunk): readonly PlannedChunk<BillingChunk>[] | undefined {
    if ('members' in chunk) return singles(chunk.members, (member) => ({ members: [member] }));
    return singles(chunk.payers, (payer) => ({ payers: [payer] }));
  }

  itemName(chunk: BillingChunk): string {
    return 'members' in chunk ? `enrolment ${chunk.members[0]?.[0]}` : `company ${chunk.payers[0]?.[0]}`;
  }
}

function singles<T>(groups: readonly (readonly T[])[], chunkOf: (group: readonly T[]) => BillingChunk): PlannedChunk<BillingChunk>[] | undefined {
  return groups.length > 1 ? groups.map((group) => ({ items: group.length, input: chunkOf(group) })) : undefined;
}
