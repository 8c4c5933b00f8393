// Rows of the reports in the API: what lies behind them can be asked for.
import { partyOf, withReferences } from './report-rows';

const ID = '0197a000-0000-7000-8000-000000000002';

describe('rows of the reports', () => {
  it.each([
    ['invoice', `Invoice_${ID}`],
    // A credit note is a document of the same kind in the API.
    ['credit-note', `Invoice_${ID}`],
    ['payment', `Payment_${ID}`],
    ['settlement', null],
  ])('lead from a document of type %s to the thing it is', (documentType, id) => {
    expect(withReferences({ documentType, documentId: ID, documentNumber: null }).document).toEqual({ type: documentType, number: null, id });
  });

  it('are of companies and members, and of nothing else', () => {
    expect(partyOf(`Company_${ID}`, 'partyId')).toBe(ID);
    expect(partyOf(`Member_${ID}`, 'partyId')).toBe(ID);
    expect(() => partyOf(`Invoice_${ID}`, 'partyId')).toThrow(expect.objectContaining({ code: 'ID_INVALID', field: 'partyId' }));
  });
});
