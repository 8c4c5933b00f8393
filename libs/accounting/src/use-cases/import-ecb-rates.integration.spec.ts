// Rates of the European Central Bank and rates set by hand: streamed in, never changed, and the right one on every day.
import { Readable } from 'node:stream';
import { currency, localDate } from '@countinghouse/kernel';
import { Audit, TestClock } from '@countinghouse/platform';
import { actor, BooksUnderTest, EUR } from '../../test/books-under-test';
import { rateText } from '../domain/exchange-rate';
import { ratesOn } from '../persistence/exchange.queries';
import { ImportEcbRates } from './import-ecb-rates';

const CLOCK = new TestClock(Date.parse('2026-02-03T12:00:00Z'));
const USD = currency('USD');
const GBP = currency('GBP');
const HEADER = 'Date,USD,GBP,CYP,RON,\n';
const FILE = `${HEADER}2026-01-30,1.08,0.85,0.58,N/A,\n2026-01-29,1.07,0.84,0.58,4.97,\n2026-01-28,1.06,0.83,0.58,4.96,\n`;

describe('exchange rates', () => {
  let ledger: BooksUnderTest;
  let importRates: ImportEcbRates;

  beforeEach(async () => {
    ledger = await BooksUnderTest.create();
    importRates = new ImportEcbRates(ledger.database, new Audit(), CLOCK);
  });
  afterEach(() => ledger.test.drop());

  const importing = (file: string, as = actor) => importRates.execute(Readable.from([Buffer.from(file)]), as);
  const rateOn = async (from: string, on: string) => {
    const [rate] = await ledger.database.read((reader) =>
      ratesOn(reader, [{ issuerId: ledger.issuerId, currency: currency(from), day: localDate(on) }]),
    );
    return rate && rateText(rate);
  };

  it('are imported once, however often the file comes, and whatever pieces it comes in', async () => {
    expect(await importing(FILE)).toEqual({ days: 3, rates: 8, added: 8 });
    const pieces = Readable.from(FILE.match(/.{1,7}/gs)!.map((piece) => Buffer.from(piece)));
    expect(await importRates.execute(pieces, actor)).toEqual({ days: 3, rates: 8, added: 0 });
    const audited = await ledger.database.query(`SELECT actor, change FROM platform.audit_entry WHERE action = 'accounting.import-ecb-rates'`);
    expect(audited).toEqual([{ actor: 'system:spec', change: { rates: 8, from: '2026-01-28', to: '2026-01-30' } }]);
  });

  it('are added to by a newer file', async () => {
    await importing(FILE);
    expect(await importing(FILE.replace(HEADER, `${HEADER}2026-02-02,1.09,0.86,0.58,4.99,\n`))).toMatchObject({ added: 3 });
  });

  it('come in by the thousand days', async () => {
    const days = Array.from({ length: 1_000 }, (_, n) => new Date(Date.UTC(2023, 0, 1 + n)).toISOString().slice(0, 10));
    const lines = days.reverse().map((on, n) => `${on},1.${1000 + n},0.85,0.58,4.9,\n`);
    expect(await importing(HEADER + lines.join(''))).toEqual({ days: 1_000, rates: 3_000, added: 3_000 });
  });

  it('keep what stands before a line that cannot be read, and name the line', async () => {
    const days = Array.from({ length: 300 }, (_, n) => new Date(Date.UTC(2025, 0, 1 + n)).toISOString().slice(0, 10)).reverse();
    const lines = days.map((on, n) => `${on},${n === 280 ? 'one' : '1.1'},0.85,0.58,4.9,\n`);
    await expect(importing(HEADER + lines.join(''))).rejects.toMatchObject({ code: 'ECB_FILE_INVALID', field: 'line 282', value: 'one' });
    expect(await ledger.database.query('SELECT count(*) AS n FROM accounting.exchange_rate')).toEqual([{ n: 750n }]);
  });

  it('are refused of a day that is still to come, in Frankfurt', async () => {
    const ahead = FILE.replace('2026-01-30', '2026-02-04');
    await expect(importing(ahead)).rejects.toMatchObject({ code: 'ECB_FILE_INVALID', field: 'line 2', value: '2026-02-04' });
    expect(await ledger.database.query('SELECT count(*) AS n FROM accounting.exchange_rate')).toEqual([{ n: 0n }]);
  });

  it('are refused when they contradict what is kept', async () => {
    await importing(FILE);
    await expect(importing(FILE.replace('1.07', '1.70'))).rejects.toMatchObject({ code: 'RATE_CONTRADICTED', value: 'USD 2026-01-29 1.70' });
  });

  it('are refused from a file without lines, or with a line without end', async () => {
    await expect(importing('')).rejects.toMatchObject({ code: 'ECB_FILE_INVALID' });
    await expect(importing(HEADER + '1'.repeat(20_000))).rejects.toMatchObject({ code: 'ECB_FILE_TOO_LARGE' });
  });

  it('are refused from somebody who is no accountant, or not of all issuers', async () => {
    await expect(importing(FILE, { ...actor, role: 'billing' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(importing(FILE, { ...actor, issuers: [ledger.issuerId] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const input = { issuerId: ledger.issuerId, base: USD, quote: EUR, on: localDate('2026-01-30'), rate: '0.9', reason: 'bank' };
    await expect(ledger.setRate.execute(input, { ...actor, role: 'billing' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('hold from their day on until there is a newer one', async () => {
    await importing(FILE);
    expect(await rateOn('USD', '2026-01-27')).toBeUndefined();
    expect(await rateOn('USD', '2026-01-28')).toBe('0.943396226415094');
    expect(await rateOn('USD', '2026-01-30')).toBe('0.925925925925926');
    expect(await rateOn('USD', '2026-03-15')).toBe('0.925925925925926');
    // Not quoted on the 30th: the rate of the 29th holds.
    expect(await rateOn('RON', '2026-01-30')).toBe('0.201207243460765');
  });

  it('cross by the euro, for an issuer that keeps its books in another currency', async () => {
    await importing(FILE);
    const british = await BooksUnderTest.create(GBP);
    const importBritish = new ImportEcbRates(british.database, new Audit(), CLOCK);
    await importBritish.execute(Readable.from([Buffer.from(FILE)]), actor);
    const invoice = british.anInvoice({ currency: USD, netMinor: 100_000_000n, taxMinor: 0n });
    await british.record(invoice);
    // 0.85 / 1.08 pounds to the dollar, rounded once.
    expect(await british.balances('receivables', USD)).toEqual({ minor: 100_000_000n, functional: 78_703_704n });
    expect(await british.brokenProofs()).toEqual([]);
    await british.test.drop();
  });

  it('go before the bank’s when they are set by hand for the same day, and give way to a newer one', async () => {
    await importing(FILE);
    await ledger.rate(USD, EUR, '2026-01-29', '0.9');
    expect(await rateOn('USD', '2026-01-29')).toBe('0.9');
    expect(await rateOn('USD', '2026-01-30')).toBe('0.925925925925926');
    await ledger.rate(EUR, USD, '2026-01-30', '1.25');
    expect(await rateOn('USD', '2026-01-30')).toBe('0.8');
  });

  it('are corrected by setting them again; what is posted keeps its rate', async () => {
    await ledger.rate(USD, EUR, '2026-01-30', '0.09');
    await ledger.record(ledger.anInvoice({ currency: USD, netMinor: 100n, taxMinor: 0n }));
    await ledger.rate(USD, EUR, '2026-01-30', '0.9');
    await ledger.record(ledger.anInvoice({ currency: USD, netMinor: 100n, taxMinor: 0n }));
    expect(await ledger.balances('receivables', USD)).toEqual({ minor: 200n, functional: 9n + 90n });
  });

  it('are of one issuer when they are set by hand', async () => {
    await ledger.rate(USD, EUR, '2026-01-30', '0.9');
    const { issuerId } = ledger;
    const audited = await ledger.database.query(`SELECT issuer_id, reason, change FROM platform.audit_entry WHERE action = 'accounting.set-rate'`);
    expect(audited).toEqual([{ issuer_id: issuerId, reason: 'spec', change: { base: 'USD', quote: 'EUR', on: '2026-01-30', rate: '0.9' } }]);
    expect(await rateOn('USD', '2026-01-30')).toBe('0.9');
    const [other] = await ledger.database.query<{ id: typeof issuerId }>(`SELECT gen_random_uuid() AS id`);
    expect(await ledger.database.read((reader) => ratesOn(reader, [{ issuerId: other!.id, currency: USD, day: localDate('2026-01-30') }]))).toEqual([undefined]);
  });

  it.each([
    ['a rate of zero', { rate: '0' }, 'RATE_INVALID'],
    ['a rate below zero', { rate: '-1' }, 'RATE_INVALID'],
    ['a rate that is no number', { rate: '1,2' }, 'DECIMAL_INVALID'],
    ['one currency', { quote: USD }, 'RATE_INVALID'],
    ['no reason', { reason: ' ' }, 'REASON_MISSING'],
  ])('are refused by hand with %s', async (_what, change, code) => {
    const input = { issuerId: ledger.issuerId, base: USD, quote: EUR, on: localDate('2026-01-30'), rate: '0.9', reason: 'bank' };
    await expect(ledger.setRate.execute({ ...input, ...change }, actor)).rejects.toMatchObject({ code });
  });
});
