// For the specs of reports and exports: a year in which everything happens, the same one every time.
import { addDays, addMonths, Currency, Id, LocalDate, maxDate } from '@countinghouse/kernel';
import type { Fact, InvoiceFinalisedFact } from '@countinghouse/contracts';
import { newId } from '@countinghouse/platform';
import { BooksUnderTest, day, EUR } from './books-under-test';

const USD = 'USD' as Currency;
const COMPANIES = 12;
const uuid = () => newId<Id<'Spec'>>() as string;

/** Numbers below a limit, as if drawn, but the same in every run. */
function draws(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
}

/**
 * Records 2026 month by month: invoices in two currencies for months, quarters and years in advance, cards, bank money in
 * parts, credit notes, refunds, disputes, write-offs and provider settlements; recognises each month and closes it in the next
 * one, up to and including `closedThrough`.
 */
export async function aYearOfBusiness(ledger: BooksUnderTest, closedThrough: string): Promise<{ companies: string[]; invoices: InvoiceFinalisedFact[] }> {
  const draw = draws(7);
  const companies = Array.from({ length: COMPANIES }, uuid).sort();
  const invoices: InvoiceFinalisedFact[] = [];
  await quoteRates(ledger);
  for (let month = 0; month < 12; month++) {
    const start = addMonths(day('2026-01-01'), month);
    const facts = companies.flatMap((company, no) => {
      const invoice = anInvoice(ledger, { company, no, number: invoices.length + 1, start, draw });
      invoices.push(invoice);
      return [invoice, ...whatBecomesOf(ledger, invoice, draw)];
    });
    // What is dated in a later month comes in its time: the books take facts as they happen.
    await ledger.record(...facts.filter((fact) => fact.kind === 'invoice-finalised'));
    await ledger.record(...facts.filter((fact) => fact.kind !== 'invoice-finalised'));
    const last = addDays(addMonths(start, 1), -1);
    await ledger.recognise(last);
    if (start <= closedThrough) await ledger.close(start);
  }
  return { companies, invoices };
}

async function quoteRates(ledger: BooksUnderTest): Promise<void> {
  await ledger.database.transaction((tx) =>
    tx.execute(
      `INSERT INTO accounting.exchange_rate (issuer_id, base, quote, quoted_on, rate, source, recorded_by)
       SELECT $1, 'USD', 'EUR', quoted_on::date, 0.80 + 0.0137 * extract(month FROM quoted_on), 'manual', 'spec'
         FROM generate_series('2026-01-01'::timestamp, '2026-12-01', interval '1 month') AS quoted_on`,
      [ledger.issuerId],
    ),
  );
}

interface Billed {
  readonly company: string;
  readonly no: number;
  readonly number: number;
  readonly start: LocalDate;
  readonly draw: (limit: number) => number;
}

function anInvoice(ledger: BooksUnderTest, { company, no, number, start, draw }: Billed): InvoiceFinalisedFact {
  const on = addDays(start, draw(27));
  const netMinor = BigInt(5_000 + draw(90_000));
  const rate = [23n, 6n, 0n][draw(3)]!;
  const taxMinor = (netMinor * rate) / 100n;
  const months = [1, 1, 3, 12][draw(4)]!;
  return ledger.anInvoice({
    on,
    dueOn: addDays(on, 30),
    currency: no % 4 === 3 ? USD : EUR,
    party: { type: no % 5 === 4 ? 'member' : 'company', id: company },
    documentNumber: `FT 2026/${number}`,
    netMinor,
    taxMinor,
    taxes: [{ country: 'PT', category: rate === 0n ? 'E' : 'S', rate: `${rate}.00`, baseMinor: netMinor, taxMinor }],
    lines: [{ lineNo: 1, netMinor, servicePeriod: { start, end: addMonths(start, months) } }],
  });
}

function whatBecomesOf(ledger: BooksUnderTest, invoice: InvoiceFinalisedFact, draw: (limit: number) => number): Fact[] {
  const { issuerId, currency, party, sourceId: invoiceId } = invoice;
  const grossMinor = invoice.netMinor + invoice.taxMinor;
  const later = (days: number) => maxDate(invoice.on, addDays(invoice.on, draw(days)));
  const base = { issuerId, currency };
  const card = ledger.aPaymentOf(invoice, { on: later(20) });
  switch (draw(8)) {
    case 0:
    case 1:
      return [card];
    case 2: {
      const feeMinor = grossMinor / 50n;
      const items = [{ type: 'payment', id: card.sourceId, amountMinor: grossMinor }] as const;
      const settlement = { kind: 'provider-settled', sourceType: 'settlement', sourceId: uuid(), provider: 'sandbox', items, feeMinor, bankMinor: grossMinor - feeMinor } as const;
      return [card, { ...base, ...settlement, on: addDays(card.on, 3) }];
    }
    case 3: {
      const receiptId = uuid();
      const on = later(60);
      const half = grossMinor / 2n;
      const allocation = { kind: 'receipt-allocated', sourceType: 'allocation', from: { type: 'receipt', id: receiptId, party }, party, invoiceId, amountMinor: half } as const;
      return [
        { ...base, kind: 'funds-received', sourceType: 'receipt', sourceId: receiptId, on, party, amountMinor: grossMinor },
        { ...base, ...allocation, sourceId: uuid(), on },
        ...(draw(2) === 0 ? [{ ...base, ...allocation, amountMinor: grossMinor - half, sourceId: uuid(), on: addDays(on, 9) }] : []),
      ];
    }
    case 4: {
      const credited = invoice.netMinor / 3n;
      const { country, category, rate } = invoice.taxes[0]!;
      const taxMinor = invoice.taxMinor / 3n;
      const tax = { country, category, rate };
      return [
        {
          ...base, kind: 'credit-note-finalised', sourceType: 'credit-note', sourceId: uuid(), on: later(25), party, documentNumber: `NC ${invoice.documentNumber}`, invoiceId,
          netMinor: credited, taxMinor, taxes: [{ ...tax, baseMinor: credited, taxMinor }], lines: [{ lineNo: 1, invoiceLineNo: 1, netMinor: credited, tax }],
        },
      ];
    }
    case 5: {
      const dispute = { ...base, sourceType: 'dispute', provider: 'sandbox', party, amountMinor: grossMinor, sourceId: uuid() } as const;
      const lost = draw(2) === 0;
      return [card, { ...dispute, kind: 'dispute-opened', on: addDays(card.on, 10) }, { ...dispute, kind: lost ? 'dispute-lost' : 'dispute-won', on: addDays(card.on, 30) }];
    }
    case 6:
      return [{ ...base, kind: 'written-off', sourceType: 'write-off', sourceId: uuid(), on: addDays(invoice.on, 90), party, invoiceId, amountMinor: grossMinor / 4n }];
    default:
      return [];
  }
}
