// Seals what has been posted into the chain of blocks.
import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@countinghouse/platform';

const ENTRIES_PER_BLOCK = 4_096;

interface SealedBlock {
  readonly no: bigint;
  readonly entries: number;
  readonly hash: string;
}

@Injectable()
export class SealBlocks {
  private readonly logger = new Logger(SealBlocks.name);

  constructor(private readonly database: Database) {}

  /**
   * Seals one block of at most four thousand entries; says how many it took, 0 when there is nothing to seal. Entries of a
   * transaction that began before one that still runs wait for a later block.
   */
  async execute(): Promise<number> {
    const block = await this.database.transaction((tx) =>
      tx.first<SealedBlock>(
        `SELECT no, entry_count AS entries, encode(hash, 'hex') AS hash FROM accounting.seal_block($1)`,
        [ENTRIES_PER_BLOCK],
      ),
    );
    if (!block) return 0;
    // The head leaves the database with the log: a chain rewritten from its first block would contradict it.
    this.logger.log(`sealed block ${block.no} of ${block.entries} entries, head ${block.hash}`);
    return block.entries;
  }
}
