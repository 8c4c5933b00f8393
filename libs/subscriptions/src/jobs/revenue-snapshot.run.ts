// The run that computes recurring revenue: for each day, companies chunk by chunk; in the end its snapshots are whole.
import { Injectable } from '@nestjs/common';
import { CompanyId, LocalDate } from '@countinghouse/kernel';
import { ChunkOutcome, PlannedChunk, Run, RunHandler, RunKind, Tx } from '@countinghouse/platform';
import { companiesUnderContract, completeSnapshots, insertCells, insertSnapshots, SnapshotId } from '../persistence/revenue.queries';
import { SnapshotRevenue } from '../use-cases/snapshot-revenue';
import { REVENUE_SNAPSHOT_RUN, RevenueSnapshotInput } from '../use-cases/start-revenue-snapshots';

const COMPANIES_PER_CHUNK = 500;

interface Chunk {
  readonly snapshotId: SnapshotId;
  readonly day: LocalDate;
  readonly companyIds: readonly CompanyId[];
}

@Injectable()
@RunKind({ kind: REVENUE_SNAPSHOT_RUN, queue: 'subscriptions' })
export class RevenueSnapshotRun implements RunHandler<RevenueSnapshotInput, Chunk> {
  constructor(private readonly snapshotRevenue: SnapshotRevenue) {}

  async plan(tx: Tx, { id, input: { issuerId, knownAt, days } }: Run<RevenueSnapshotInput>): Promise<PlannedChunk<Chunk>[]> {
    const snapshots = await insertSnapshots(tx, issuerId, days, knownAt, id);
    const chunks = await companiesUnderContract(tx, issuerId, COMPANIES_PER_CHUNK);
    // One without companies completes the snapshots of an issuer that has none yet.
    if (chunks.length === 0) chunks.push([]);
    return [...snapshots].flatMap(([day, snapshotId]) => chunks.map((companyIds) => ({ items: companyIds.length, input: { snapshotId, day, companyIds } })));
  }

  async processInTx(tx: Tx, { snapshotId, day, companyIds }: Chunk, { input: { issuerId, knownAt } }: Run<RevenueSnapshotInput>): Promise<ChunkOutcome> {
    const { cells, parked } = await this.snapshotRevenue.execute(tx, companyIds, { issuerId, day, knownAt });
    await insertCells(tx, snapshotId, cells);
    return { parked, result: { cells: cells.length } };
  }

  async finish(tx: Tx, { id }: Run): Promise<void> {
    await completeSnapshots(tx, id);
  }
}
