// What accounting brings to the database.
import { PersistenceManifest } from '@countinghouse/platform';
import { Ledger1780100000001 } from './persistence/migrations/1780100000001-ledger';
import { Revenue1780100000002 } from './persistence/migrations/1780100000002-revenue';
import { SealChain1780100000003 } from './persistence/migrations/1780100000003-seal-chain';
import { ExchangeRates1780100000021 } from './persistence/migrations/1780100000021-exchange-rates';
import { Close1780100000041 } from './persistence/migrations/1780100000041-close';
import { Documents1780100000042 } from './persistence/migrations/1780100000042-documents';
import { ManualEntries1780100000043 } from './persistence/migrations/1780100000043-manual-entries';
import { LedgerFunctionsActAsOwner1780100000051 } from './persistence/migrations/1780100000051-ledger-functions-act-as-owner';
import { AccountsByDay1780100000052 } from './persistence/migrations/1780100000052-accounts-by-day';
import { GuardsInOnePass1780100000053 } from './persistence/migrations/1780100000053-guards-in-one-pass';
import { HashedByWhoPosts1780100000061 } from './persistence/migrations/1780100000061-hashed-by-who-posts';
import { GuardsForOneInvoice1780100000062 } from './persistence/migrations/1780100000062-guards-for-one-invoice';
import { TotalsOfFewLinesLater1780100000063 } from './persistence/migrations/1780100000063-totals-of-few-lines-later';
import { PostsNewEntriesOnly1780100000071 } from './persistence/migrations/1780100000071-posts-new-entries-only';

export const accountingPersistence: PersistenceManifest = {
  schema: 'accounting',
  entities: [],
  migrations: [
    Ledger1780100000001,
    Revenue1780100000002,
    SealChain1780100000003,
    ExchangeRates1780100000021,
    Close1780100000041,
    Documents1780100000042,
    ManualEntries1780100000043,
    LedgerFunctionsActAsOwner1780100000051,
    AccountsByDay1780100000052,
    GuardsInOnePass1780100000053,
    HashedByWhoPosts1780100000061,
    GuardsForOneInvoice1780100000062,
    TotalsOfFewLinesLater1780100000063,
    PostsNewEntriesOnly1780100000071,
  ],
  rights: {
    // Written by the functions of the ledger and by its guards alone.
    journal_entry: [],
    posting: [],
    account_day_total: [],
    untotalled_entry: [],
    account_day: [],
    block: [],
    period_balance: [],
    period_open_item: [],
    flow: [],
    // To lock it. Its triggers refuse the update itself, here and on the schedules.
    foreign_item: ['UPDATE (amount_minor)'],
    revenue_schedule: ['INSERT', 'UPDATE (recognised_minor)'],
    revenue_recognition: ['INSERT'],
    document: ['INSERT'],
    exchange_rate: ['INSERT'],
    account: ['INSERT', 'UPDATE (name, taxonomy_code, active_from, active_until)'],
    period: ['UPDATE (state)'],
    // A request is made undecided.
    period_reopening: ['INSERT (id, issuer_id, period_start, reason, requested_by)', 'UPDATE (state, decided_by)'],
    manual_entry: ['INSERT (id, issuer_id, kind, effective_on, currency, lines, reason, reverses, requested_by)', 'UPDATE (state, decided_by)'],
  },
};
