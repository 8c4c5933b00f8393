// Invoicing's part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { CompanyInvoicesResolver, InvoiceResolver, MemberInvoicesResolver } from './graphql/invoice.resolver';
import { BillingPreviewResolver, PreviewDocumentResolver, PreviewLineResolver } from './graphql/preview.resolver';
import { InvoicingModule } from './invoicing.module';

@Module({ imports: [InvoicingModule], providers: [InvoiceResolver, CompanyInvoicesResolver, MemberInvoicesResolver, BillingPreviewResolver, PreviewDocumentResolver, PreviewLineResolver] })
export class InvoicingGraphqlModule {}
