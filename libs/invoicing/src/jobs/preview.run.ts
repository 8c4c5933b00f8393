// The run that previews billing: payers with all whom they pay for, chunk by chunk, each rolled back and what it came to kept.
import { Injectable } from '@nestjs/common';
import { ChunkOutcome, Database, PlannedChunk, Run, RunHandler, RunKind, systemActor, Tx } from '@countinghouse/platform';
import { PreviewChunk, proposalsFromText, Subscriptions } from '@countinghouse/subscriptions';
import { z } from 'zod';
import { payersBelow, replaceDocuments } from '../persistence/preview.queries';
import { PreviewBilling } from '../use-cases/preview-billing';
import { BILLING_PREVIEW, PreviewInput } from '../use-cases/start-billing-preview';

/** Companies and enrolments, of which one payer may have more. */
const WEIGHT_PER_CHUNK = 1000;

const SHAPE = {
  input: z.strictObject({
    issuerId: z.guid(),
    through: z.iso.date(),
    issuedOn: z.iso.date(),
    companyId: z.guid().nullable(),
    withChildren: z.boolean(),
    proposed: z.string(),
  }),
  chunk: z.strictObject({ companyIds: z.array(z.guid()), askedIds: z.array(z.guid()) }),
};

@Injectable()
@RunKind({ kind: BILLING_PREVIEW, queue: 'invoicing', shape: SHAPE })
export class PreviewRun implements RunHandler<PreviewInput, PreviewChunk> {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
    private readonly previewBilling: PreviewBilling,
  ) {}

  async plan(tx: Tx, { input: { issuerId, through, companyId, withChildren } }: Run<PreviewInput>): Promise<PlannedChunk<PreviewChunk>[]> {
    const scope = companyId === null ? {} : { payerIds: await payersBelow(tx, companyId, withChildren) };
    return this.subscriptions.previewPlan(tx, { issuerId, through, ...scope }, WEIGHT_PER_CHUNK);
  }

  /** The rehearsal is rolled back and its outcome kept in a transaction of its own; done again, it replaces what it kept. */
  async process(chunk: PreviewChunk, { id, input }: Run<PreviewInput>): Promise<ChunkOutcome> {
    const { issuerId, through, issuedOn, companyId, proposed } = input;
    const terms = { issuerId, through, issuedOn, runId: id, proposals: proposalsFromText(proposed) };
    const { documents, parked, result } = await this.previewBilling.execute(chunk, terms, systemActor('preview', id), companyId !== null);
    await this.database.transaction((tx) => replaceDocuments(tx, id, chunk.companyIds[0]!, documents));
    return { parked, result };
  }
}
