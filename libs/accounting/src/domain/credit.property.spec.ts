// Credits of lines: what is left of a line and what is credited of it are the line, on every day and in both currencies.
import fc from 'fast-check';
import { addDays, Currency, earned, IssuerId, localDate } from '@countinghouse/kernel';
import type { CreditNoteFinalisedFact } from '@countinghouse/contracts';
import { CreditableSchedule, CreditableSchedules } from './credit';

const start = localDate('2026-01-01');
const tax = { country: 'PT', category: 'S', rate: '23.00' };
const schedule: CreditableSchedule = {
  id: 1n,
  invoiceId: 'invoice',
  lineNo: 1,
  totalMinor: 31_000n,
  functionalTotalMinor: 31_000n,
  servicePeriod: { start, end: addDays(start, 31) },
  recognisedMinor: 10_000n,
  recognisedThrough: localDate('2026-01-10'),
  creditedMinor: 0n,
};

const creditNote = (...lines: Partial<CreditNoteFinalisedFact['lines'][0]>[]): CreditNoteFinalisedFact => ({
  kind: 'credit-note-finalised',
  issuerId: 'issuer' as IssuerId,
  sourceType: 'credit-note',
  sourceId: 'credit note',
  on: localDate('2026-01-20'),
  currency: 'EUR' as Currency,
  party: { type: 'company', id: 'company' },
  documentNumber: 'NC 1',
  invoiceId: 'invoice',
  netMinor: 0n,
  taxMinor: 0n,
  taxes: [],
  lines: lines.map((line, index) => ({ lineNo: index + 1, invoiceLineNo: 1, netMinor: 0n, tax, ...line })),
});
const creditsOf = (of: Partial<CreditableSchedule>, ...lines: Parameters<typeof creditNote>) =>
  new CreditableSchedules([{ ...schedule, ...of }]).credit(creditNote(...lines));

describe('credits', () => {
  it('are spread over the whole service period: 155.00 of 310.00 after ten of 31 days takes 50.00 out of revenue', () => {
    expect(creditsOf({}, { netMinor: 15_500n })).toMatchObject([{ amountMinor: 15_500n, earnedMinor: 5_000n, recognisedThrough: '2026-01-10' }]);
  });

  it('are spread over the days they are for: the rest of a month that was cut short is not earned yet', () => {
    const servicePeriod = { start: localDate('2026-01-17'), end: localDate('2026-02-01') };
    expect(creditsOf({}, { netMinor: 15_000n, servicePeriod })).toMatchObject([{ amountMinor: 15_000n, earnedMinor: 0n }]);
  });

  it('come out of revenue whole when the line is recognised to its last cent', () => {
    expect(creditsOf({ recognisedMinor: 31_000n }, { netMinor: 1n })).toMatchObject([{ earnedMinor: 1n }]);
  });

  it('come out of deferred revenue whole when nothing is recognised', () => {
    expect(creditsOf({ recognisedMinor: 0n, recognisedThrough: null }, { netMinor: 31_000n })).toMatchObject([{ earnedMinor: 0n }]);
  });

  it.each([
    ['more than the line', [{ netMinor: 31_001n }], 'CREDIT_ABOVE_LINE'],
    ['more than an earlier line of the same credit note has left', [{ netMinor: 30_000n }, { netMinor: 1_001n }], 'CREDIT_ABOVE_LINE'],
    ['a charge', [{ netMinor: -1n }], 'CREDIT_ABOVE_LINE'],
    ['a line that the invoice does not have', [{ netMinor: 1n, invoiceLineNo: 2 }], 'CREDITED_LINE_UNKNOWN'],
    ['days outside the service period', [{ netMinor: 1n, servicePeriod: { start, end: addDays(start, 32) } }], 'CREDIT_OUTSIDE_SERVICE_PERIOD'],
    ['no day', [{ netMinor: 1n, servicePeriod: { start: addDays(start, 3), end: addDays(start, 3) } }], 'CREDIT_OUTSIDE_SERVICE_PERIOD'],
  ])('are refused for %s', (_what, lines, code) => {
    expect(() => creditsOf({}, ...lines)).toThrow(expect.objectContaining({ code }));
  });

  it('telescope: any credits that take the whole line take exactly what it carries, in both currencies', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1_000_000n }),
        fc.constantFrom(1n, -1n),
        fc.bigInt({ min: 0n, max: 3_000n }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: -1, max: 70 }),
        fc.array(fc.bigInt({ min: 1n, max: 100_000n }), { maxLength: 6 }),
        (size, sign, percent, length, through, asked) => {
          const totalMinor = sign * size;
          const servicePeriod = { start, end: addDays(start, length) };
          const recognisedThrough = through < 0 ? null : addDays(start, through);
          const of = {
            totalMinor,
            functionalTotalMinor: (totalMinor * percent) / 100n,
            servicePeriod,
            recognisedThrough,
            recognisedMinor: earned(totalMinor, servicePeriod, addDays(start, through + 1)),
          };
          const parts: bigint[] = [];
          for (const part of [...asked, size]) {
            const left = parts.reduce((rest, taken) => rest - taken, size);
            parts.push(part < left ? part : left);
          }
          const credits = creditsOf(of, ...parts.map((part) => ({ netMinor: sign * part })));
          const sum = (pick: (credit: (typeof credits)[0]) => bigint) => credits.reduce((total, credit) => total + pick(credit), 0n);
          expect(sum((credit) => credit.amountMinor)).toBe(of.totalMinor);
          expect(sum((credit) => credit.functionalAmountMinor)).toBe(of.functionalTotalMinor);
          for (const credit of credits) {
            expect(credit.earnedMinor * sign).toBeGreaterThanOrEqual(0n);
            expect((credit.amountMinor - credit.earnedMinor) * sign).toBeGreaterThanOrEqual(0n);
          }
        },
      ),
    );
  });
});
