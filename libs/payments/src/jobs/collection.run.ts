// The run kind payments.collection: due payments, a few hundred to a chunk.
import { Injectable } from '@nestjs/common';
import { ChunkOutcome, PlannedChunk, Run, RunHandler, RunKind, Tx } from '@countinghouse/platform';
import { z } from 'zod';
import { dueStretches, PaymentStretch } from '../persistence/collection.queries';
import { CollectPayments } from '../use-cases/collect-payments';
import { COLLECTION, CollectionInput } from '../use-cases/start-collection-run';

const CHUNK = 200;

const SHAPE = {
  input: z.strictObject({ issuerId: z.guid().optional(), through: z.iso.date() }),
  chunk: z.strictObject({ fromId: z.guid(), toId: z.guid() }),
};

@Injectable()
@RunKind({ kind: COLLECTION, queue: 'payments', shape: SHAPE })
export class CollectionRun implements RunHandler<CollectionInput, PaymentStretch> {
  constructor(private readonly collect: CollectPayments) {}

  async plan(tx: Tx, run: Run<CollectionInput>): Promise<PlannedChunk<PaymentStretch>[]> {
    const stretches = await dueStretches(tx, run.input, CHUNK);
    return stretches.map(({ items, ...input }) => ({ items, input }));
  }

  async process(chunk: PaymentStretch, run: Run<CollectionInput>): Promise<ChunkOutcome> {
    return { result: { ...(await this.collect.execute(chunk, run.input, run.id)) } };
  }
}
