/** Which texts are ids, and how new ones are made. */
import { parseId, uuidV7, type CompanyId, type InvoiceId } from './id';

const random = (...bytes: number[]) => Uint8Array.from({ length: 10 }, (_, i) => bytes[i] ?? 0);

describe('parseId', () => {
  it('takes a UUID in either case and gives it back in lower case', () => {
    expect(parseId<InvoiceId>('0190C3E2-9B7A-7C1D-8E2F-0123456789AB')).toBe('0190c3e2-9b7a-7c1d-8e2f-0123456789ab');
  });

  it.each([
    '',
    '42',
    '0190c3e29b7a7c1d8e2f0123456789ab',
    '{0190c3e2-9b7a-7c1d-8e2f-0123456789ab}',
    '0190c3e2-9b7a-7c1d-8e2f-0123456789ag',
  ])('refuses %p and names the field', (text) => {
    expect(() => parseId<CompanyId>(text, 'companyId')).toThrow(
      expect.objectContaining({ code: 'ID_INVALID', field: 'companyId', value: text }),
    );
  });

  it('cannot be passed for the id of another thing', () => {
    const invoiceId = parseId<InvoiceId>('0190c3e2-9b7a-7c1d-8e2f-0123456789ab');
    // @ts-expect-error an invoice is not a company
    const companyId: CompanyId = invoiceId;
    expect(companyId).toBe(invoiceId);
  });
});

describe('uuidV7', () => {
  it('lays out the example of RFC 9562', () => {
    const id = uuidV7(0x017f22e279b0, random(0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f));

    expect(id).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
    expect(parseId<InvoiceId>(id)).toBe(id);
  });

  it('refuses too little chance and times before 1970', () => {
    expect(() => uuidV7(0, new Uint8Array(9))).toThrow(RangeError);
    expect(() => uuidV7(-1, random())).toThrow(RangeError);
    expect(() => uuidV7(0.5, random())).toThrow(RangeError);
    expect(() => uuidV7(2 ** 48, random())).toThrow(RangeError);
  });
});
