// The demo business as a Nest module; only the command line loads it.
import { Module } from '@nestjs/common';
import { AccountingModule } from '@countinghouse/accounting';
import { InvoicingModule } from '@countinghouse/invoicing';
import { SubscriptionsModule } from '@countinghouse/subscriptions';
import { LoadDemo } from './load-demo';

@Module({ imports: [AccountingModule, InvoicingModule, SubscriptionsModule], providers: [LoadDemo] })
export class DemoModule {}
