// Opening books: the country's chart, two years of periods, once.
import { IssuerId } from '@countinghouse/kernel';
import { actor, aUuid, BooksUnderTest, day, EUR, insertIssuer } from '../../test/books-under-test';

describe('OpenBooks', () => {
  let ledger: BooksUnderTest;

  beforeAll(async () => {
    ledger = await BooksUnderTest.create();
  });
  afterAll(() => ledger.test.drop());

  const open = (issuerId: IssuerId, country: string, changes = {}) =>
    ledger.database.transaction((tx) =>
      ledger.books.open(tx, { issuerId, country, functionalCurrency: EUR, from: day('2026-01-20'), ...changes }, actor),
    );
  const codes = async (issuerId: IssuerId) =>
    ledger.database.query(`SELECT role, code FROM accounting.account WHERE issuer_id = $1 AND role IN ('receivables', 'revenue') ORDER BY role`, [issuerId]);
  const periods = (issuerId: IssuerId) =>
    ledger.database.query('SELECT starts_on FROM accounting.period WHERE issuer_id = $1', [issuerId]);

  it('gives a Portuguese issuer the codes of the SNC and any other IFRS-style codes', async () => {
    const spain = await insertIssuer(ledger.database, 'ES');
    await open(spain, 'ES');
    expect(await codes(ledger.issuerId)).toEqual([{ role: 'receivables', code: '2111' }, { role: 'revenue', code: '721' }]);
    expect(await codes(spain)).toEqual([{ role: 'receivables', code: '1100' }, { role: 'revenue', code: '4000' }]);
  });

  it('opens 24 months, and changes nothing when done again', async () => {
    await open(ledger.issuerId, 'PT');
    expect(await periods(ledger.issuerId)).toHaveLength(24);
    const audited = await ledger.database.query(`SELECT action FROM platform.audit_entry WHERE subject_id = $1`, [ledger.issuerId]);
    expect(audited).toEqual([{ action: 'accounting.open-books' }]);
  });

  it('opens further periods on request, without a gap', async () => {
    const issuerId = await insertIssuer(ledger.database, 'FR');
    await open(issuerId, 'FR');
    await ledger.database.transaction((tx) => ledger.books.ensurePeriods(tx, issuerId, day('2031-02-03'), actor));
    expect(await periods(issuerId)).toHaveLength(24 + 3 * 12 + 2);
  });

  it('refuses an issuer that does not exist, and another currency than its own', async () => {
    await expect(open(aUuid() as IssuerId, 'PT')).rejects.toMatchObject({ code: 'ISSUER_NOT_FOUND' });
    const dollars = await insertIssuer(ledger.database, 'US', 'USD');
    await expect(open(dollars, 'US')).rejects.toMatchObject({ code: 'FUNCTIONAL_CURRENCY_DIFFERS', value: 'EUR' });
    const unopened = ledger.database.transaction((tx) => ledger.books.ensurePeriods(tx, dollars, day('2026-01-01'), actor));
    await expect(unopened).rejects.toMatchObject({ code: 'BOOKS_NOT_OPEN', value: dollars });
  });

  it('refuses an actor without the role', async () => {
    const billing = { ...actor, role: 'billing' as const };
    const opening = ledger.database.transaction((tx) =>
      ledger.books.open(tx, { issuerId: ledger.issuerId, country: 'PT', functionalCurrency: EUR, from: day('2026-01-01') }, billing),
    );
    await expect(opening).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
