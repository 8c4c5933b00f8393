// Downloads of accounting; only the HTTP process loads it, beside the GraphQL kit, which checks the tokens.
import { Module } from '@nestjs/common';
import { PlatformHttpModule } from '@countinghouse/platform';
import { AccountingModule } from './accounting.module';
import { DownloadsController } from './http/downloads.controller';

@Module({ imports: [AccountingModule, PlatformHttpModule], controllers: [DownloadsController] })
export class AccountingHttpModule {}
