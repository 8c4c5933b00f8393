// Accounting's part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { AccountingModule } from './accounting.module';
import { ChartResolver } from './graphql/chart.resolver';
import { ClosingResolver } from './graphql/closing.resolver';
import { CurrencyResolver } from './graphql/currency.resolver';
import { LedgerPartyResolver } from './graphql/ledger-party.resolver';
import { LedgerResolver } from './graphql/ledger.resolver';
import { ManualEntryResolver } from './graphql/manual-entry.resolver';
import { ReportResolver } from './graphql/report.resolver';

@Module({ imports: [AccountingModule], providers: [ChartResolver, ClosingResolver, CurrencyResolver, LedgerPartyResolver, LedgerResolver, ManualEntryResolver, ReportResolver] })
export class AccountingGraphqlModule {}
