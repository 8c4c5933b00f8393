// What the worker and the HTTP process load of invoicing: use cases, façade, the billing run and the proofs.
import { Module } from '@nestjs/common';
import { AccountingModule } from '@countinghouse/accounting';
import { CompaniesModule } from '@countinghouse/companies';
import { SubscriptionsModule } from '@countinghouse/subscriptions';
import { Drafts } from './close-checks/drafts.check';
import { InvoicingTimeline } from './companies/invoicing-timeline.source';
import { OpenInvoices } from './companies/open-invoices.check';
import { Invoicing } from './invoicing.facade';
import { BillingWork } from './daily-work/billing.work';
import { OverdueWork } from './daily-work/overdue.work';
import { SeriesWork } from './daily-work/series.work';
import { BillingRun } from './jobs/billing.run';
import { OverdueTick } from './jobs/overdue.tick';
import { PreviewRun } from './jobs/preview.run';
import { PreviewTick } from './jobs/preview.tick';
import { DocumentsPostedOnce } from './proofs/documents-posted-once.proof';
import { ReceivablesAgree } from './proofs/receivables.proof';
import { SeriesWithoutGap } from './proofs/series-without-gap.proof';
import { Allocate } from './use-cases/allocate';
import { BillPayers } from './use-cases/bill-payers';
import { OpenSeries } from './use-cases/open-series';
import { PreviewBilling } from './use-cases/preview-billing';
import { StartBillingPreview } from './use-cases/start-billing-preview';
import { StartBillingRun } from './use-cases/start-billing-run';
import { TellOverdue } from './use-cases/tell-overdue';

const USE_CASES = [OpenSeries, StartBillingRun, StartBillingPreview];
/** What falls due for an issuer on a test clock. */
const DAILY_WORK = [SeriesWork, BillingWork, OverdueWork];

@Module({
  imports: [AccountingModule, CompaniesModule, SubscriptionsModule],
  providers: [
    ...USE_CASES,
    ...DAILY_WORK,
    Allocate,
    BillPayers,
    BillingRun,
    PreviewBilling,
    PreviewRun,
    PreviewTick,
    TellOverdue,
    OverdueTick,
    Invoicing,
    Drafts,
    DocumentsPostedOnce,
    ReceivablesAgree,
    SeriesWithoutGap,
    InvoicingTimeline,
    OpenInvoices,
  ],
  exports: [...USE_CASES, Invoicing],
})
export class InvoicingModule {}
