// Invoices overdue or settled → contracts are suspended or go on, as their policies say.
import { Injectable } from '@nestjs/common';
import { InvoiceOverdue, InvoiceSettled } from '@countinghouse/contracts';
import { ContractId, InvoiceId, LocalDate } from '@countinghouse/kernel';
import { Consumer, Delivered, Tick, Tx } from '@countinghouse/platform';
import { ApplyOverduePolicy } from '../use-cases/apply-overdue-policy';

@Injectable()
export class OverdueConsumer {
  constructor(private readonly overduePolicy: ApplyOverduePolicy) {}

  @Consumer({ queue: 'subscriptions', name: 'subscriptions.suspend-overdue', event: InvoiceOverdue })
  async overdue(tx: Tx, events: readonly Delivered<typeof InvoiceOverdue>[]): Promise<void> {
    await this.overduePolicy.takeNews(tx, events.flatMap(({ payload }) => newsOf(payload, payload.overdueOn, null)));
  }

  @Consumer({ queue: 'subscriptions', name: 'subscriptions.resume-settled', event: InvoiceSettled })
  async settled(tx: Tx, events: readonly Delivered<typeof InvoiceSettled>[]): Promise<void> {
    await this.overduePolicy.takeNews(tx, events.flatMap(({ payload }) => newsOf(payload, payload.settledOn, payload.settledOn)));
  }

  /** Days of grace end without an event. */
  @Tick({ queue: 'subscriptions', name: 'subscriptions.end-grace', everyMs: 900_000 })
  async endGrace(): Promise<number> {
    await this.overduePolicy.execute();
    return 0;
  }
}

interface ToldInvoice {
  readonly invoiceId: string;
  readonly number: string;
  readonly contractIds: readonly string[];
  readonly dueOn: string;
}

function newsOf({ invoiceId, number, contractIds, dueOn }: ToldInvoice, day: string, settledOn: string | null) {
  return contractIds.map((contractId) => ({
    contractId: contractId as ContractId,
    invoiceId: invoiceId as InvoiceId,
    number,
    dueOn: dueOn as LocalDate,
    settledOn: settledOn as LocalDate | null,
    day: day as LocalDate,
  }));
}
