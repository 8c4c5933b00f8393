// Allocate: settles invoices with parts of payments, receipts or credit notes, in sets.
import { Injectable } from '@nestjs/common';
import { event, InvoiceSettled } from '@countinghouse/contracts';
import { AllocationId, DomainError, InvoiceId, LocalDate, maxDate } from '@countinghouse/kernel';
import { newId, Outbox, Tx } from '@countinghouse/platform';
import { allocationsOnRecord, insertAllocations, KnownAllocation, lockInvoices, OpenInvoice } from '../persistence/allocation.queries';
import { markSettled } from '../persistence/overdue.queries';

export interface AllocationInput {
  readonly invoiceId: InvoiceId;
  /** What settles: 'payment', and its id. A source settles an invoice once. */
  readonly sourceType: string;
  readonly sourceId: string;
  /** In the invoice's currency; more than zero. */
  readonly amountMinor: bigint;
  /** The local day on which it counts. */
  readonly on: LocalDate;
}

@Injectable()
export class Allocate {
  constructor(private readonly outbox: Outbox) {}

  /**
   * Takes the amounts from what is open and marks an invoice paid when nothing is left. It runs inside the transaction of
   * the fact that it belongs to, which has authorised and audited it. Five or six statements, however many allocations. One
   * that is on record already, with the same amount, has no second effect. Of an overdue invoice that is settled by it the
   * others are told.
   * @throws DomainError ALLOCATION_NOT_POSITIVE, INVOICE_NOT_FOUND, ALLOCATION_ABOVE_OPEN, ALLOCATION_SOURCE_REUSED
   */
  async execute(tx: Tx, allocations: readonly AllocationInput[]): Promise<void> {
    const wanted = onePerSource(allocations);
    if (wanted.length === 0) return;
    const invoices = await lockInvoices(tx, [...new Set(wanted.map((each) => each.invoiceId))]);
    const onRecord = new Map((await allocationsOnRecord(tx, wanted)).map((known) => [keyOf(known), known]));
    const fresh = wanted.filter((each) => !isRepeated(each, onRecord.get(keyOf(each))));
    refuseAboveOpen(fresh, invoices);
    if (fresh.length === 0) return;
    await insertAllocations(tx, fresh.map((each) => ({ ...each, id: newId<AllocationId>() })));
    const settled = await markSettled(tx, lastDays(fresh));
    await this.outbox.append(tx, settled.map((invoice) => event(InvoiceSettled, { ...invoice, contractIds: [...invoice.contractIds] })));
  }
}

/** The latest day on which each invoice is allocated to. */
function lastDays(fresh: readonly AllocationInput[]): Map<InvoiceId, LocalDate> {
  const days = new Map<InvoiceId, LocalDate>();
  for (const { invoiceId, on } of fresh) days.set(invoiceId, maxDate(on, days.get(invoiceId) ?? on));
  return days;
}

function keyOf({ sourceType, sourceId, invoiceId }: KnownAllocation): string {
  return `${sourceType} ${sourceId} ${invoiceId}`;
}

function onePerSource(allocations: readonly AllocationInput[]): AllocationInput[] {
  const wanted = new Map<string, AllocationInput>();
  for (const each of allocations) {
    if (each.amountMinor <= 0n) throw notPositive(each);
    if (!isRepeated(each, wanted.get(keyOf(each)))) wanted.set(keyOf(each), each);
  }
  return [...wanted.values()];
}

/** @throws DomainError ALLOCATION_SOURCE_REUSED if it is known with another amount, which is no repetition */
function isRepeated(each: AllocationInput, known: KnownAllocation | undefined): boolean {
  if (known === undefined) return false;
  if (known.amountMinor === each.amountMinor) return true;
  throw new DomainError('ALLOCATION_SOURCE_REUSED', `The ${each.sourceType} settles this invoice with ${known.amountMinor} already, not ${each.amountMinor}.`, {
    field: 'sourceId',
    value: each.sourceId,
    remedy: 'A source settles an invoice once; allocate the rest from another source.',
  });
}

function refuseAboveOpen(fresh: readonly AllocationInput[], invoices: ReadonlyMap<InvoiceId, OpenInvoice>): void {
  const left = new Map<InvoiceId, bigint>();
  for (const each of fresh) {
    const invoice = invoices.get(each.invoiceId);
    if (!invoice) {
      throw new DomainError('INVOICE_NOT_FOUND', 'There is no such invoice.', { field: 'invoiceId', value: each.invoiceId, remedy: 'Correct the id.' });
    }
    const open = left.get(each.invoiceId) ?? openOf(invoice);
    if (each.amountMinor > open) throw aboveOpen(each, invoice, open);
    left.set(each.invoiceId, open - each.amountMinor);
  }
}

/** Only what was finalised and neither paid nor voided can be settled. */
function openOf({ state, openMinor }: OpenInvoice): bigint {
  return state === 'finalised' || state === 'uncollectible' ? openMinor : 0n;
}

function aboveOpen(each: AllocationInput, invoice: OpenInvoice, open: bigint): DomainError {
  return new DomainError('ALLOCATION_ABOVE_OPEN', `Invoice ${invoice.number ?? invoice.id} has ${open} minor units open, not ${each.amountMinor}.`, {
    field: 'amountMinor',
    value: each.amountMinor.toString(),
    remedy: 'Allocate at most what is open, and leave the rest unapplied.',
  });
}

function notPositive(each: AllocationInput): DomainError {
  return new DomainError('ALLOCATION_NOT_POSITIVE', `An allocation of ${each.amountMinor} settles nothing.`, {
    field: 'amountMinor',
    value: each.amountMinor.toString(),
    remedy: 'Allocate more than zero.',
  });
}
