// Accounting as a Nest module: façade, use cases, jobs and proofs. The platform is global.
import { Module } from '@nestjs/common';
import { Books } from './accounting.facade';
import { EarlierPeriods } from './close-checks/earlier-periods.check';
import { UnallocatedReceipts } from './close-checks/unallocated-receipts.check';
import { UndecidedManualEntries } from './close-checks/undecided-manual-entries.check';
import { UnrecognisedRevenue } from './close-checks/unrecognised-revenue.check';
import { UnrevaluedCurrency } from './close-checks/unrevalued-currency.check';
import { Ledger } from './ledger.facade';
import { BooksWork } from './daily-work/books.work';
import { RecognitionWork } from './daily-work/recognition.work';
import { RecognitionRun } from './jobs/recognition.run';
import { RevaluationRun } from './jobs/revaluation.run';
import { SealChainTick } from './jobs/seal-chain.tick';
import { TotalDaysTick } from './jobs/total-days.tick';
import { BooksOpenFrom } from './persistence/open-periods';
import { ChainVerifies } from './proofs/chain-verifies.proof';
import { DayTotals } from './proofs/day-totals.proof';
import { DeferredRevenue } from './proofs/deferred-revenue.proof';
import { EntriesBalance } from './proofs/entries-balance.proof';
import { ForeignItems } from './proofs/foreign-items.proof';
import { ManualEntries } from './proofs/manual-entries.proof';
import { PeriodBalances } from './proofs/period-balances.proof';
import { AbandonClose } from './use-cases/abandon-close';
import { AddAccount } from './use-cases/add-account';
import { ApproveManualEntry } from './use-cases/approve-manual-entry';
import { ApprovePeriodReopening } from './use-cases/approve-period-reopening';
import { BeginClose } from './use-cases/begin-close';
import { CloseAccount } from './use-cases/close-account';
import { ClosePeriod } from './use-cases/close-period';
import { ImportEcbRates } from './use-cases/import-ecb-rates';
import { OpenBooks } from './use-cases/open-books';
import { RecogniseRevenue } from './use-cases/recognise-revenue';
import { RecordFacts } from './use-cases/record-facts';
import { RejectManualEntry } from './use-cases/reject-manual-entry';
import { RejectPeriodReopening } from './use-cases/reject-period-reopening';
import { RequestManualEntry } from './use-cases/request-manual-entry';
import { RequestPeriodReopening } from './use-cases/request-period-reopening';
import { RevalueMonth } from './use-cases/revalue-month';
import { ReverseEntry } from './use-cases/reverse-entry';
import { SealBlocks } from './use-cases/seal-blocks';
import { TotalDays } from './use-cases/total-days';
import { SetRate } from './use-cases/set-rate';
import { StartRecognitionRun } from './use-cases/start-recognition-run';
import { StartRevaluationRun } from './use-cases/start-revaluation-run';

const CLOSING = [BeginClose, AbandonClose, ClosePeriod, RequestPeriodReopening, ApprovePeriodReopening, RejectPeriodReopening];
const MANUAL = [RequestManualEntry, ReverseEntry, ApproveManualEntry, RejectManualEntry];
const CLOSE_CHECKS = [EarlierPeriods, UnallocatedReceipts, UndecidedManualEntries, UnrecognisedRevenue, UnrevaluedCurrency];
/** What falls due for an issuer on a test clock. */
const DAILY_WORK = [BooksWork, RecognitionWork];
const CHART = [AddAccount, CloseAccount];
const CURRENCIES = [SetRate, ImportEcbRates, StartRevaluationRun];

@Module({
  providers: [
    Books,
    Ledger,
    OpenBooks,
    RecordFacts,
    RecogniseRevenue,
    StartRecognitionRun,
    SealBlocks,
    TotalDays,
    RecognitionRun,
    RevalueMonth,
    RevaluationRun,
    SealChainTick,
    TotalDaysTick,
    BooksOpenFrom,
    EntriesBalance,
    DayTotals,
    DeferredRevenue,
    ForeignItems,
    ChainVerifies,
    ManualEntries,
    PeriodBalances,
    ...CLOSING,
    ...MANUAL,
    ...CHART,
    ...CURRENCIES,
    ...CLOSE_CHECKS,
    ...DAILY_WORK,
  ],
  exports: [Books, Ledger, StartRecognitionRun, SealBlocks, ...CLOSING, ...MANUAL, ...CHART, ...CURRENCIES],
})
export class AccountingModule {}
