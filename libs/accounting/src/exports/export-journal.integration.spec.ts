// A year of business, exported: other people's programs find it sound, come to our figures, and notice one cent.
import { currency, Money } from '@countinghouse/kernel';
import { BooksUnderTest, day } from '../../test/books-under-test';
import { Balances, collect, isInstalled, Program, PROGRAMS, withFile } from '../../test/plain-text-accounting';
import { aYearOfBusiness } from '../../test/year-of-business';
import { accountName } from '../domain/exports/journal-format';
import { Ledger } from '../ledger.facade';
import { ExportFormat, exportJournal } from './export-journal';

describe('the exported journal', () => {
  let ledger: BooksUnderTest;

  beforeAll(async () => {
    ledger = await BooksUnderTest.create();
    await aYearOfBusiness(ledger, '2026-06-01');
  });
  afterAll(() => ledger.test.drop());

  const exported = (format: ExportFormat): Promise<string> =>
    ledger.database.read(async (reader) => (await collect(exportJournal(reader, ledger.issuerId, format))).join(''));
  const trialBalance = () => ledger.database.read((reader) => new Ledger().trialBalance(reader, ledger.issuerId, day('2099-12-31')));

  /** Our trial balance as those programs see it: an exchange difference is an amount of the functional currency. */
  async function ourBalances(): Promise<Balances> {
    const differences = await ledger.database.query<{ code: string; minor: bigint }>(
      `SELECT code, sum(functional_amount_minor)::bigint AS minor FROM accounting.posting JOIN accounting.account ON account.id = account_id
        WHERE amount_minor = 0 GROUP BY code`,
    );
    const sums = new Map<string, bigint>();
    const add = (account: string, currency: string, minor: bigint) => sums.set(`${account} ${currency}`, (sums.get(`${account} ${currency}`) ?? 0n) + minor);
    const names = new Map<string, string>();
    for (const line of await trialBalance()) {
      names.set(line.accountCode, accountName(line));
      add(accountName(line), line.currency, line.balanceMinor);
    }
    for (const { code, minor } of differences) add(names.get(code)!, 'EUR', minor);
    return texts(sums);
  }

  async function ourValues(): Promise<Balances> {
    const sums = new Map<string, bigint>();
    for (const line of await trialBalance()) {
      const key = `${accountName(line)} EUR`;
      sums.set(key, (sums.get(key) ?? 0n) + line.functionalBalanceMinor);
    }
    return texts(sums);
  }

  function texts(sums: ReadonlyMap<string, bigint>): Balances {
    const nonZero = [...sums].filter(([, minor]) => minor !== 0n);
    return Object.fromEntries(nonZero.map(([key, minor]) => [key, Money.of(minor, key.slice(-3)).toDecimal()] as const).sort());
  }

  /** One cent more on the first amount in functional currency that stands alone. */
  const oneCentMore = (text: string) => text.replace(/ {2}(-?\d+\.\d\d) EUR\n/, (_line, amount: string) => `  ${Money.of(Money.parse(amount, 'EUR').minor + 1n, 'EUR').toDecimal()} EUR\n`);
  /** The same on the first foreign amount: its value still balances, so only the trial balance can tell. */
  const oneForeignCentMore = (text: string) => text.replace(/ {2}(-?\d+\.\d\d) USD/, (_line, amount: string) => `  ${Money.of(Money.parse(amount, 'USD').minor + 1n, 'USD').toDecimal()} USD`);

  /** What a program complains of in the text. */
  const faults = (program: Program, text: string) => {
    const { isSound, complaint } = withFile(text, (file) => program.check(file));
    return isSound ? 'none' : complaint;
  };

  for (const program of PROGRAMS) {
    const here = isInstalled(program);
    if (!here) console.warn(`SKIPPED: ${program.name} is not installed, so it has not checked the export. Install Debian's hledger, ledger and beancount.`);
    (here ? describe : describe.skip)(`read by ${program.name}`, () => {
      it('is sound', async () => {
        expect(faults(program, await exported(program.format))).toBe('none');
      });

      it('has our trial balance, in every currency and in value', async () => {
        const text = await exported(program.format);
        const theirs = withFile(text, (file) => [program.balances(file), program.values(file)]);
        expect(theirs).toEqual([await ourBalances(), await ourValues()]);
        expect(Object.keys(theirs[0]!).length).toBeGreaterThan(15);
      });

      it('is found unsound when one cent is changed', async () => {
        const text = await exported(program.format);
        const changed = oneCentMore(text);
        expect(changed).not.toBe(text);
        expect(faults(program, changed)).not.toBe('none');
      });

      it('has another trial balance when one cent of a foreign amount is changed', async () => {
        const changed = oneForeignCentMore(await exported(program.format));
        expect(withFile(changed, (file) => program.balances(file))).not.toEqual(await ourBalances());
      });
    });
  }

  describe('of books in yen, with dinars and dong', () => {
    const [JPY, KWD, VND] = [currency('JPY'), currency('KWD'), currency('VND')];
    let yen: BooksUnderTest;

    beforeAll(async () => {
      yen = await BooksUnderTest.create(JPY);
      for (const [foreign, january, february] of [[KWD, '485.5', '490.25'], [VND, '0.006', '0.0055']] as const) {
        await yen.rate(foreign, JPY, '2026-01-01', january);
        await yen.rate(foreign, JPY, '2026-02-01', february);
      }
      for (const each of [JPY, KWD, VND]) {
        for (const netMinor of [7n, 12_345n, 999_999_999_999n]) {
          // The name of a document may be anything, and dong may be worth no yen at all.
          const invoice = yen.anInvoice({ currency: each, netMinor, taxMinor: netMinor / 5n, documentNumber: `FT "${each}"; tag: ${netMinor}` });
          await yen.record(invoice);
          await yen.record(yen.aPaymentOf(invoice, { on: day('2026-02-03'), amountMinor: netMinor / 2n }));
        }
      }
      await yen.recognise('2026-01-13');
      await yen.revalue('2026-01-01');
    });
    afterAll(() => yen.test.drop());

    for (const program of PROGRAMS.filter(isInstalled)) {
      it(`is sound for ${program.name}, and has our receivables`, async () => {
        const text = await yen.database.read(async (reader) => (await collect(exportJournal(reader, yen.issuerId, program.format))).join(''));
        expect(faults(program, text)).toBe('none');
        // bean-query cannot write tables of prices with as many digits as those of dong in yen.
        if (program.format === 'beancount') return;
        const balances = withFile(text, (file) => program.balances(file));
        for (const each of [KWD, VND]) {
          const { minor } = await yen.balances('receivables', each);
          expect([each, balances[`Assets:2111 ${each}`]]).toEqual([each, Money.of(minor, each).toDecimal()]);
        }
      });
    }
  });

  it('as CSV has every posting, and both sides add up', async () => {
    const [head, ...lines] = (await exported('csv')).trimEnd().split('\r\n');
    const columns = head!.split(',');
    const [{ n }] = (await ledger.database.query<{ n: bigint }>('SELECT count(*) AS n FROM accounting.posting')) as [{ n: bigint }];
    expect(lines).toHaveLength(Number(n));
    const sum = (name: string) =>
      lines.reduce((total, line) => total + Money.parse(line.split(',')[columns.indexOf(name)] || '0', 'EUR').minor, 0n);
    expect(sum('functional_debit')).toBe(sum('functional_credit'));
  });

  it('comes in pieces of bounded size', async () => {
    await ledger.database.read(async (reader) => {
      let pieces = 0;
      for await (const piece of exportJournal(reader, ledger.issuerId, 'csv')) {
        expect(piece.length).toBeLessThan(70_000);
        pieces++;
      }
      expect(pieces).toBeGreaterThan(1);
    });
  });

  it('refuses a format that it does not know', async () => {
    await expect(exported('xml' as ExportFormat)).rejects.toMatchObject({ code: 'EXPORT_FORMAT_UNKNOWN', value: 'xml' });
  });
});
