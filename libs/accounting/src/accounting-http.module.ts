// Downloads of accounting; only the HTTP process loads it, beside the GraphQL kit, which checks the tokens.
import { Module } from '@nestjs/common';
import { AccountingModule } from './accounting.module';
import { DownloadsController } from './http/downloads.controller';

@Module({ imports: [AccountingModule], controllers: [DownloadsController] })
export class AccountingHttpModule {}
