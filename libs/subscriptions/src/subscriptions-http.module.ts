// Downloads of subscriptions; only the HTTP process loads it, beside the GraphQL kit, which checks the tokens.
import { Module } from '@nestjs/common';
import { PlatformHttpModule } from '@countinghouse/platform';
import { RevenueDownloadController } from './http/revenue-download.controller';
import { SubscriptionsModule } from './subscriptions.module';

@Module({ imports: [SubscriptionsModule, PlatformHttpModule], controllers: [RevenueDownloadController] })
export class SubscriptionsHttpModule {}
