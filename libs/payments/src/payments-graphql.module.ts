// Payments' part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { AllocationPaymentResolver, InvoicePaymentsResolver, PaymentResolver } from './graphql/payment.resolver';
import { PaymentsModule } from './payments.module';

@Module({ imports: [PaymentsModule], providers: [PaymentResolver, InvoicePaymentsResolver, AllocationPaymentResolver] })
export class PaymentsGraphqlModule {}
