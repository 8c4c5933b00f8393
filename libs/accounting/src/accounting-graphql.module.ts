// Accounting's part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { AccountingModule } from './accounting.module';
import { LedgerResolver } from './graphql/ledger.resolver';

@Module({ imports: [AccountingModule], providers: [LedgerResolver] })
export class AccountingGraphqlModule {}
