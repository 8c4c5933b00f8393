// Accounting as a module of the application: its run is found and drained, its proofs are found and hold.
import { Test, TestingModule } from '@nestjs/testing';
import { AppClock, Database, PlatformModule, Proofs, Runs, TestClock } from '@countinghouse/platform';
import { AccountingModule, Books, RECOGNITION_RUN, SealBlocks, StartRecognitionRun } from '@countinghouse/accounting';
import { actor, BooksUnderTest, day } from '../test/books-under-test';

describe('AccountingModule', () => {
  let ledger: BooksUnderTest;
  let app: TestingModule;

  beforeAll(async () => {
    ledger = await BooksUnderTest.create();
    const platform = PlatformModule.forRoot({ databaseUrl: ledger.test.url, manifests: [], role: 'cli' });
    const clock = new TestClock(Date.parse('2026-02-10T12:00:00Z'));
    app = await Test.createTestingModule({ imports: [platform, AccountingModule] }).overrideProvider(AppClock).useValue(clock).compile();
    await app.init();
  });
  afterAll(async () => {
    await app.close();
    await ledger.test.drop();
  });

  it('records, recognises by a run, and proves the books', async () => {
    const database = app.get(Database);
    await database.transaction((tx) => app.get(Books).record(tx, [ledger.anInvoice({ on: day('2026-01-01') })]));

    const { id } = await app.get(StartRecognitionRun).execute({ issuerId: ledger.issuerId, through: day('2026-01-31') }, actor);
    const run = await app.get(Runs).drain(id);
    expect(run).toMatchObject({
      kind: RECOGNITION_RUN,
      state: 'succeeded',
      total: 1,
      done: 1,
      result: { recognitions: '1', entries: '1', recognisedEURMinor: '10000' },
    });

    await app.get(SealBlocks).execute();
    const proofs = await database.read((reader) => app.get(Proofs).all(reader));
    expect(proofs.map(({ name, ok, detail }) => [name, ok || detail])).toEqual([
      ['chain-verifies', true],
      ['day-totals', true],
      ['deferred-revenue', true],
      ['entries-balance', true],
      ['foreign-items', true],
      ['manual-entries', true],
      ['period-balances', true],
    ]);
  });

  it('recognises through today at the most', async () => {
    const through = (last: string) => app.get(StartRecognitionRun).execute({ issuerId: ledger.issuerId, through: day(last) }, actor);
    await expect(through('2026-02-11')).rejects.toMatchObject({ code: 'NOT_EARNED_YET', field: 'through', value: '2026-02-11' });
    await expect(through('2027-01-31')).rejects.toMatchObject({ code: 'NOT_EARNED_YET' });
    await expect(through('2026-02-10')).resolves.toMatchObject({ kind: RECOGNITION_RUN });
  });

  it('refuses to start a recognition run for an actor who is no accountant', async () => {
    const start = app.get(StartRecognitionRun).execute({ issuerId: ledger.issuerId, through: day('2026-01-31') }, { ...actor, role: 'billing' });
    await expect(start).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
