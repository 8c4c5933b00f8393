// Accounting as a Nest module: façade, use cases, jobs and proofs. The platform is global.
import { Module } from '@nestjs/common';
import { Books } from './accounting.facade';
import { RecognitionRun } from './jobs/recognition.run';
import { SealChainTick } from './jobs/seal-chain.tick';
import { ChainVerifies } from './proofs/chain-verifies.proof';
import { DayTotals } from './proofs/day-totals.proof';
import { DeferredRevenue } from './proofs/deferred-revenue.proof';
import { EntriesBalance } from './proofs/entries-balance.proof';
import { OpenBooks } from './use-cases/open-books';
import { RecogniseRevenue } from './use-cases/recognise-revenue';
import { RecordFacts } from './use-cases/record-facts';
import { SealBlocks } from './use-cases/seal-blocks';
import { StartRecognitionRun } from './use-cases/start-recognition-run';

@Module({
  providers: [
    Books,
    OpenBooks,
    RecordFacts,
    RecogniseRevenue,
    StartRecognitionRun,
    SealBlocks,
    RecognitionRun,
    SealChainTick,
    EntriesBalance,
    DayTotals,
    DeferredRevenue,
    ChainVerifies,
  ],
  exports: [Books, StartRecognitionRun, SealBlocks],
})
export class AccountingModule {}
