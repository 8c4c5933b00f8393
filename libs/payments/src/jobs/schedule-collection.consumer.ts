// Invoice finalised → a payment is scheduled, if its member has a method to pay with.
import { Injectable } from '@nestjs/common';
import { InvoiceFinalised } from '@countinghouse/contracts';
import { Consumer, Delivered, Tx } from '@countinghouse/platform';
import { schedulePayments } from '../persistence/collection.queries';

@Injectable()
export class ScheduleCollectionConsumer {
  @Consumer({ queue: 'payments', name: 'payments.schedule-collection', event: InvoiceFinalised })
  async schedule(tx: Tx, events: readonly Delivered<typeof InvoiceFinalised>[]): Promise<void> {
    const ofMembers = events.filter(({ payload }) => payload.payerType === 'member');
    await schedulePayments(tx, { invoiceIds: ofMembers.map(({ payload }) => payload.invoiceId) });
  }
}
