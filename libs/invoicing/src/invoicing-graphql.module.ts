// Invoicing's part of the schema; only the HTTP process loads it.
import { Module } from '@nestjs/common';
import { CompanyInvoicesResolver, InvoiceResolver, MemberInvoicesResolver } from './graphql/invoice.resolver';
import { InvoicingModule } from './invoicing.module';

@Module({ imports: [InvoicingModule], providers: [InvoiceResolver, CompanyInvoicesResolver, MemberInvoicesResolver] })
export class InvoicingGraphqlModule {}
