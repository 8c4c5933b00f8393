// What other contexts may ask of invoicing.
import { Injectable } from '@nestjs/common';
import { Tx } from '@countinghouse/platform';
import { Allocate, AllocationInput } from './use-cases/allocate';

@Injectable()
export class Invoicing {
  constructor(private readonly allocating: Allocate) {}

  /**
   * Settles invoices inside the caller's transaction, in sets: takes the amounts from what is open, refuses more than is
   * open, marks an invoice paid when nothing is left. The same source and invoice again has no second effect.
   * @throws DomainError ALLOCATION_ABOVE_OPEN, ALLOCATION_NOT_POSITIVE, ALLOCATION_SOURCE_REUSED, INVOICE_NOT_FOUND
   */
  async allocate(tx: Tx, allocations: readonly AllocationInput[]): Promise<void> {
    await this.allocating.execute(tx, allocations);
  }
}
