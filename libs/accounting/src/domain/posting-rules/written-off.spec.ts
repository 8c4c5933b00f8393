// The posting rule of write-offs, by a worked example.
import { COMPANY, FACT_BASE, INVOICE } from '../../../test/fact-base';
import { writtenOff } from './written-off';

describe('written off', () => {
  it('debits bad debt with what the invoice stands at and credits its receivable, 230.00 each', () => {
    const writeOff = { ...FACT_BASE, kind: 'written-off', sourceType: 'write-off', party: COMPANY, invoiceId: INVOICE, amountMinor: 23_000n } as const;
    expect(writtenOff(writeOff)).toEqual([
      { role: 'bad-debt', amountMinor: 23_000n, party: COMPANY, takesOtherSide: true },
      { role: 'receivables', amountMinor: -23_000n, party: COMPANY, document: { type: 'invoice', id: INVOICE } },
    ]);
  });
});
