// The endpoint for providers' webhooks; only the HTTP process loads it, with rawBody switched on.
import { Module } from '@nestjs/common';
import { PaymentsModule } from './payments.module';
import { WebhookController } from './webhooks/webhook.controller';

@Module({ imports: [PaymentsModule], controllers: [WebhookController] })
export class PaymentsHttpModule {}
