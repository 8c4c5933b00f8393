// Closing a month: what stands in the way is listed, what is closed stays closed, and opening it again takes two.
import { Database, UndeliveredEvents } from '@countinghouse/platform';
import { Books } from '../accounting.facade';
import { readPeriod, undecidedReopenings } from '../persistence/period.queries';
import { ana, bruno, clerk, ClosingUnderTest, noId } from '../../test/closing-under-test';
import { aUuid, BooksUnderTest, day } from '../../test/books-under-test';
import { AbandonClose } from './abandon-close';
import { ApprovePeriodReopening } from './approve-period-reopening';
import { BeginClose } from './begin-close';
import { ClosePeriod, PeriodNotReady } from './close-period';
import { RejectPeriodReopening } from './reject-period-reopening';
import { RequestManualEntry } from './request-manual-entry';
import { RequestPeriodReopening } from './request-period-reopening';

describe('closing a period', () => {
  let closing: ClosingUnderTest;
  let ledger: BooksUnderTest;

  beforeEach(async () => {
    closing = await ClosingUnderTest.create();
    ledger = closing.ledger;
  });
  afterEach(() => closing.drop());

  const begin = (start: string) => closing.get(BeginClose).execute(closing.period(start), ana);
  const close = (start: string) => closing.get(ClosePeriod).execute(closing.period(start), ana);
  const beginAndClose = async (start: string) => {
    await begin(start);
    await close(start);
  };
  const obstacles = async (start: string): Promise<Record<string, string>> => {
    const refusal = await close(start).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(refusal instanceof PeriodNotReady)) throw refusal ?? new Error('it was closed');
    return Object.fromEntries(refusal.obstacles.map(({ name, obstacle }) => [name, obstacle!.detail]));
  };

  it('goes from open over closing to closed, and fixes the balances', async () => {
    const invoice = ledger.anInvoice({ on: day('2026-01-31') });
    await ledger.record(invoice);
    await ledger.recognise('2026-01-31');
    await begin('2026-01-01');
    expect(await closing.stateOf('2026-01-01')).toBe('closing');
    expect(await close('2026-01-01')).toMatchObject({ state: 'closed' });
    const items = await ledger.database.query('SELECT document_id, amount_minor FROM accounting.period_open_item');
    expect(items).toEqual([{ document_id: invoice.sourceId, amount_minor: 12_300n }]);
    expect(await ledger.brokenProofs()).toEqual([]);
    expect(await closing.audited('period')).toMatchObject([
      { action: 'accounting.begin-close', actor: 'ana' },
      { action: 'accounting.close-period', actor: 'ana' },
    ]);
  });

  it('refuses and lists everything that stands in the way', async () => {
    await ledger.record(ledger.anInvoice({ on: day('2026-02-10') }));
    await ledger.database.transaction((tx) =>
      tx.execute(
        `INSERT INTO platform.outbox_event (id, name, payload) VALUES (gen_random_uuid(), 'x.happened.v1', jsonb_build_object('issuerId', $1::text))`,
        [ledger.issuerId],
      ),
    );
    await closing.get(RequestManualEntry).execute(
      { issuerId: ledger.issuerId, effectiveOn: day('2026-02-15'), currency: 'EUR', reason: 'fees', lines: [{ account: '6225', amountMinor: 100n }, { account: '12', amountMinor: -100n }] },
      ana,
    );
    await begin('2026-02-01');
    expect(await obstacles('2026-02-01')).toEqual({
      'earlier-periods': 'the period of 2026-01-01 is not closed',
      'undecided-manual-entries': expect.stringMatching(/^1 manual entries wait/) as string,
      'undelivered-events': expect.stringMatching(/^1 events are on their way and 0 were given up, first x.happened.v1/) as string,
      'unrecognised-revenue': 'EUR 100.00 of 1 schedules is earned and not recognised',
    });
    expect(await closing.stateOf('2026-02-01')).toBe('closing');
    await expect(close('2026-02-01')).rejects.toMatchObject({ code: 'PERIOD_NOT_READY', value: '2026-02-01' });
  });

  it('waits for events recorded up to the microsecond in which the close began, and for none of later', async () => {
    await begin('2026-01-01');
    const record = (offset: string) =>
      ledger.database.transaction((tx) =>
        tx.execute(
          `INSERT INTO platform.outbox_event (id, name, payload, recorded_at)
           SELECT gen_random_uuid(), 'x.happened.v1', jsonb_build_object('issuerId', issuer_id), closing_since + $2::interval FROM accounting.period WHERE issuer_id = $1 AND starts_on = '2026-01-01'`,
          [ledger.issuerId, offset],
        ),
      );
    const check = () => ledger.database.read(async (reader) => closing.get(UndeliveredEvents).check(reader, await readPeriod(reader, closing.period('2026-01-01'))));
    await record('1 microsecond');
    expect(await check()).toBeNull();
    await record('0');
    expect(await check()).toMatchObject({ detail: expect.stringMatching(/^1 events are on their way/) as string });
  });

  it('waits for a receipt to be allocated, and takes an allocation of the next month for it', async () => {
    const invoice = ledger.anInvoice({ on: day('2026-01-15') });
    const base = { issuerId: ledger.issuerId, currency: invoice.currency, party: invoice.party } as const;
    const receipt = { ...base, kind: 'funds-received', sourceType: 'receipt', sourceId: aUuid(), on: day('2026-01-20'), amountMinor: 12_300n } as const;
    await ledger.record(invoice, receipt);
    await ledger.recognise('2026-01-31');
    await begin('2026-01-01');
    expect(await obstacles('2026-01-01')).toEqual({
      'unallocated-receipts': `1 receipts with EUR 123.00 are not allocated, first receipt ${receipt.sourceId}`,
    });
    const from = { type: 'receipt', id: receipt.sourceId, party: invoice.party } as const;
    await ledger.record({ ...base, kind: 'receipt-allocated', sourceType: 'allocation', sourceId: aUuid(), on: day('2026-02-02'), from, invoiceId: invoice.sourceId, amountMinor: 12_300n });
    await expect(close('2026-01-01')).resolves.toMatchObject({ state: 'closed' });
  });

  it('refuses while a proof fails, and says which', async () => {
    await ledger.record(ledger.anInvoice({ on: day('2026-01-31') }));
    await ledger.recognise('2026-01-31');
    await ledger.test.owner.transaction(async (tx) => {
      await tx.execute('DELETE FROM accounting.untotalled_entry');
      await tx.execute('ALTER TABLE accounting.account_day_total DISABLE TRIGGER USER');
      await tx.execute('UPDATE accounting.account_day_total SET debit_minor = debit_minor + 1');
      await tx.execute('ALTER TABLE accounting.account_day_total ENABLE ALWAYS TRIGGER day_total_is_kept_by_the_guard');
    });
    await begin('2026-01-01');
    expect(await obstacles('2026-01-01')).toEqual({ 'failing-proofs': expect.stringMatching(/^day-totals: /) as string });
  });

  it('takes closing work while it is closing, and sends the business past it', async () => {
    await ledger.record(ledger.anInvoice({ on: day('2026-01-31') }));
    await begin('2026-01-01');
    await ledger.recognise('2026-01-31');
    const late = ledger.anInvoice({ on: day('2026-01-31') });
    await ledger.record(late);
    expect(await ledger.database.query(`SELECT kind, period_start, is_correction FROM accounting.journal_entry ORDER BY id`)).toEqual([
      { kind: 'invoice-finalised', period_start: '2026-01-01', is_correction: false },
      { kind: 'revenue-earned', period_start: '2026-01-01', is_correction: false },
      { kind: 'invoice-finalised', period_start: '2026-02-01', is_correction: true },
    ]);
    await close('2026-01-01');
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it('is not held up by an event that happened after the close began', async () => {
    await begin('2026-01-01');
    await ledger.database.transaction((tx) => tx.execute(`INSERT INTO platform.outbox_event (id, name, payload) VALUES (gen_random_uuid(), 'x.happened.v1', '{}')`));
    await expect(close('2026-01-01')).resolves.toMatchObject({ state: 'closed' });
  });

  it('is not begun before the month is over, by somebody without the role, or twice', async () => {
    await expect(begin('2026-03-01')).rejects.toMatchObject({ code: 'PERIOD_NOT_OVER', value: '2026-03-01' });
    await expect(begin('2026-01-02')).rejects.toMatchObject({ code: 'PERIOD_NOT_FOUND' });
    await expect(closing.get(BeginClose).execute(closing.period('2026-01-01'), clerk)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(close('2026-01-01')).rejects.toMatchObject({ code: 'PERIOD_STATE_WRONG' });
    await begin('2026-01-01');
    await expect(begin('2026-01-01')).rejects.toMatchObject({ code: 'PERIOD_STATE_WRONG' });
  });

  it('can be abandoned, and then takes the business again', async () => {
    await begin('2026-01-01');
    await closing.get(AbandonClose).execute(closing.period('2026-01-01'), bruno);
    await ledger.record(ledger.anInvoice({ on: day('2026-01-31') }));
    expect(await ledger.database.query('SELECT period_start FROM accounting.journal_entry')).toEqual([{ period_start: '2026-01-01' }]);
  });

  describe('opening it again', () => {
    const request = (start: string, by = ana) => closing.get(RequestPeriodReopening).execute({ ...closing.period(start), reason: 'a late receipt' }, by);

    it('takes a request and another person, and both are audited with the reason', async () => {
      await beginAndClose('2026-01-01');
      const { id: reopeningId } = await request('2026-01-01');
      const waiting = () => ledger.database.read((reader) => undecidedReopenings(reader, ledger.issuerId));
      expect(await waiting()).toMatchObject([{ id: reopeningId, periodStart: '2026-01-01', reason: 'a late receipt', requestedBy: 'ana' }]);
      await expect(closing.get(ApprovePeriodReopening).execute({ reopeningId }, ana)).rejects.toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
      expect(await closing.stateOf('2026-01-01')).toBe('closed');
      await closing.get(ApprovePeriodReopening).execute({ reopeningId }, bruno);
      expect(await closing.stateOf('2026-01-01')).toBe('open');
      expect(await waiting()).toEqual([]);
      expect(await ledger.database.query('SELECT 1 FROM accounting.period_balance')).toEqual([]);
      expect((await closing.audited('period')).slice(2)).toEqual([
        { action: 'accounting.request-period-reopening', actor: 'ana', reason: 'a late receipt' },
        { action: 'accounting.approve-period-reopening', actor: 'bruno', reason: 'a late receipt' },
      ]);
      await expect(closing.get(ApprovePeriodReopening).execute({ reopeningId }, bruno)).rejects.toMatchObject({ code: 'ALREADY_DECIDED' });
    });

    it('lets late facts into their month again, and the next close fixes balances and open items with them', async () => {
      const fixed = () =>
        ledger.database.query(
          `SELECT balance.debit_minor AS receivable, (SELECT sum(amount_minor)::bigint FROM accounting.period_open_item) AS open
             FROM accounting.period_balance balance JOIN accounting.account ON account.id = account_id AND role = 'receivables'`,
        );
      const late = ledger.anInvoice({ on: day('2026-01-20'), documentNumber: 'late' });
      await beginAndClose('2026-01-01');
      const [before] = await fixed();
      const { id: reopeningId } = await request('2026-01-01');
      await closing.get(ApprovePeriodReopening).execute({ reopeningId }, bruno);
      await ledger.record(late);
      expect(await ledger.database.query(`SELECT entry_date, is_correction FROM accounting.journal_entry WHERE source_id = $1`, [late.sourceId])).toEqual([
        { entry_date: '2026-01-20', is_correction: false },
      ]);
      await ledger.recognise('2026-01-31');
      await ledger.sealAll();
      await beginAndClose('2026-01-01');
      const [after] = await fixed();
      const number = (of: unknown, column: string) => (of as Record<string, bigint> | undefined)?.[column] ?? 0n;
      for (const column of ['receivable', 'open']) expect(number(after, column) - number(before, column)).toBe(12_300n);
      expect(await ledger.brokenProofs()).toEqual([]);
    });

    it('is refused without a reason, for a period that is not closed or not the last closed one, and twice', async () => {
      await expect(request('2026-01-01')).rejects.toMatchObject({ code: 'PERIOD_STATE_WRONG' });
      await beginAndClose('2026-01-01');
      await beginAndClose('2026-02-01');
      await expect(request('2026-01-01')).rejects.toMatchObject({ code: 'LATER_PERIOD_CLOSED' });
      await request('2026-02-01');
      await expect(request('2026-02-01', bruno)).rejects.toMatchObject({ code: 'REOPENING_ALREADY_REQUESTED' });
      const without = closing.get(RequestPeriodReopening).execute({ ...closing.period('2026-02-01'), reason: ' ' }, ana);
      await expect(without).rejects.toMatchObject({ code: 'REASON_MISSING' });
      await expect(closing.get(ApprovePeriodReopening).execute({ reopeningId: noId }, ana)).rejects.toMatchObject({ code: 'REOPENING_NOT_FOUND' });
    });

    it('can be rejected, and the period stays closed', async () => {
      await beginAndClose('2026-01-01');
      const { id: reopeningId } = await request('2026-01-01');
      await closing.get(RejectPeriodReopening).execute({ reopeningId }, bruno);
      await expect(closing.get(ApprovePeriodReopening).execute({ reopeningId }, bruno)).rejects.toMatchObject({ code: 'ALREADY_DECIDED' });
      expect(await closing.stateOf('2026-01-01')).toBe('closed');
    });
  });

  describe('from psql', () => {
    const psql = (sql: string, params: unknown[] = []) => ledger.test.owner.transaction((tx) => tx.execute(sql, params));

    it.each([
      ['a period closed at once', `UPDATE accounting.period SET state = 'closed'`, 'period_state_moves_as_declared'],
      ['a period that begins closed', `INSERT INTO accounting.period (issuer_id, starts_on, state) SELECT issuer_id, '2030-01-01', 'closed' FROM accounting.period LIMIT 1`, 'period_begins_open'],
    ])('refuses %s', async (_attack, sql, constraint) => {
      await expect(psql(sql)).rejects.toMatchObject({ constraint });
    });

    it('refuses periods closed out of order, one opened by nobody, and one opened by one person', async () => {
      const outOfOrder = ledger.database.transaction(async (tx) => {
        await tx.execute(`UPDATE accounting.period SET state = 'closing' WHERE starts_on = '2026-02-01'`);
        await tx.execute(`UPDATE accounting.period SET state = 'closed' WHERE starts_on = '2026-02-01'`);
      });
      await expect(outOfOrder).rejects.toMatchObject({ constraint: 'periods_close_in_order' });
      await beginAndClose('2026-01-01');
      const open = `UPDATE accounting.period SET state = 'open' WHERE starts_on = '2026-01-01'`;
      await expect(psql(open)).rejects.toMatchObject({ constraint: 'closed_period_is_opened_by_two_persons' });
      await expect(psql(`INSERT INTO accounting.period (issuer_id, starts_on) VALUES ($1, '2025-12-01')`, [ledger.issuerId])).rejects.toMatchObject({
        constraint: 'periods_close_in_order',
      });
      await closing.get(RequestPeriodReopening).execute({ ...closing.period('2026-01-01'), reason: 'a late receipt' }, ana);
      const alone = psql(`UPDATE accounting.period_reopening SET state = 'approved', decided_by = 'ana'`);
      await expect(alone).rejects.toMatchObject({ constraint: 'reopening_is_approved_by_a_second_person' });
      await psql(`UPDATE accounting.period_reopening SET state = 'approved', decided_by = 'bruno'`);
      // An old approval opens nothing: it counts in its own transaction only.
      await expect(psql(open)).rejects.toMatchObject({ constraint: 'closed_period_is_opened_by_two_persons' });
      await expect(psql(`UPDATE accounting.period_reopening SET decided_by = 'eve'`)).rejects.toMatchObject({ constraint: 'reopening_is_decided_once' });
    });

    it.each([
      'DELETE FROM accounting.period_reopening',
      'TRUNCATE accounting.period_reopening',
      'DELETE FROM accounting.period_balance',
      'UPDATE accounting.period_balance SET debit_minor = 0',
      'INSERT INTO accounting.period_balance SELECT * FROM accounting.period_balance',
      'TRUNCATE accounting.period_balance',
      'DELETE FROM accounting.period_open_item',
      'TRUNCATE accounting.period_open_item',
      'UPDATE accounting.document SET due_on = issued_on',
      'DELETE FROM accounting.manual_entry',
    ])('refuses %s', async (sql) => {
      await expect(psql(sql)).rejects.toMatchObject({ code: '23001' });
    });
  });

  it('lets 32 posters race with it: none lands in the closed period, and none is lost', async () => {
    const POSTERS = 32;
    const EACH = 8;
    const invoice = ledger.anInvoice({ on: day('2026-01-30') });
    await ledger.record(invoice);
    await ledger.recognise('2026-01-31');
    const posted: string[] = [];
    let begun!: () => void;
    const inTheMiddle = new Promise<void>((resolve) => (begun = resolve));
    const post = async () => {
      for (let n = 0; n < EACH; n++) {
        const payment = ledger.aPaymentOf(invoice, { on: day('2026-01-31'), amountMinor: 1n });
        await closing.get(Database).transaction((tx) => closing.get(Books).record(tx, [payment]));
        posted.push(payment.sourceId);
        if (posted.length === POSTERS) begun();
      }
    };
    await Promise.all([...Array.from({ length: POSTERS }, post), inTheMiddle.then(() => beginAndClose('2026-01-01'))]);
    await post();
    expect(await closing.stateOf('2026-01-01')).toBe('closed');

    const found = await ledger.database.query<{ sourceId: string; periodStart: string }>(
      `SELECT source_id AS "sourceId", period_start AS "periodStart" FROM accounting.journal_entry WHERE kind = 'payment-captured'`,
    );
    expect(found.map(({ sourceId }) => sourceId).sort()).toEqual(posted.sort());
    expect(new Set(found.map(({ periodStart }) => periodStart))).toEqual(new Set(['2026-01-01', '2026-02-01']));
    // The close has fixed the balances of the period: had anything landed in it afterwards, their proof would see it.
    expect(await ledger.brokenProofs()).toEqual([]);
  });
});
