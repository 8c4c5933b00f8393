// The jobs of payments through the platform: import of methods, invoices finalised, and a whole collection run.
import { Readable } from 'node:stream';
import { Id } from '@countinghouse/kernel';
import { Actor, Imports, newId, Run, Runs } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { AMOUNT_MINOR, PaymentsStand, TODAY } from '../../test/payments-stand';
import { StartCollectionRun } from '../use-cases/start-collection-run';
import { ScheduleCollectionConsumer } from './schedule-collection.consumer';

const ACTOR: Actor = { subject: 'ana', role: 'billing', issuers: '*' };

describe('the jobs of payments', () => {
  let test: TestDatabase;
  let stand: PaymentsStand;

  beforeEach(async () => {
    test = await createTestDatabase();
    stand = await PaymentsStand.open({ url: test.url });
  });
  afterEach(async () => {
    await stand.close();
    await test.drop();
  });

  const scheduled = async () => (await stand.query('SELECT id FROM payments.payment')).length;

  describe('invoice finalised', () => {
    const finalised = async (invoiceIds: readonly string[]) => {
      const rows = await stand.query<{ id: string; payer_type: 'company' | 'member' }>('SELECT id, payer_type FROM invoicing.invoice WHERE id = ANY ($1)', [invoiceIds]);
      const events = rows.map(({ id, payer_type: payerType }) => ({ eventId: newId(), payload: { invoiceId: id, payerType } as never }));
      await stand.database.transaction((tx) => stand.get(ScheduleCollectionConsumer).schedule(tx, events));
    };

    it('schedules the open amount for the day of issue, once, however often the event comes', async () => {
      const invoiceIds = await stand.invoices(3, 'tok_ok', { scheduled: false });
      await finalised(invoiceIds);
      await finalised(invoiceIds);
      expect(await stand.query('SELECT state, amount_minor, collect_on, provider FROM payments.payment')).toEqual(
        Array(3).fill({ state: 'scheduled', amount_minor: AMOUNT_MINOR, collect_on: TODAY, provider: 'sandbox' }),
      );
    });

    it('schedules nothing for a member without a method, or for what is paid', async () => {
      const [first, second] = await stand.invoices(2, 'tok_ok', { scheduled: false });
      await stand.database.transaction((tx) => tx.execute(`UPDATE payments.payment_method SET state = 'replaced' WHERE member_id = (SELECT payer_id FROM invoicing.invoice WHERE id = $1)`, [first]));
      await stand.allocateFromElsewhere(second!, AMOUNT_MINOR);
      await finalised([first!, second!]);
      expect(await scheduled()).toBe(0);
    });

    it('charges nobody for what a test clock has issued', async () => {
      await stand.close();
      await test.drop();
      test = await createTestDatabase();
      stand = await PaymentsStand.open({ url: test.url, onTestClock: true });
      await finalised(await stand.invoices(2, 'tok_ok', { scheduled: false }));
      expect(await scheduled()).toBe(0);
    });

    it('does not schedule again what has failed, when the event comes again', async () => {
      const invoiceIds = await stand.invoices(1, 'tok_decline_hard');
      await stand.collect();
      await stand.settle();
      await finalised(invoiceIds);
      expect(await scheduled()).toBe(1);
    });
  });

  describe('a collection run', () => {
    const start = (idempotencyKey: string, actor = ACTOR) => stand.get(StartCollectionRun).execute({ through: TODAY, idempotencyKey }, actor);

    it('collects everything that is due in chunks, and a second run finds nothing to do', async () => {
      await stand.invoices(450);
      const run = await stand.get(Runs).drain((await start('march')).id);
      expect(run).toMatchObject({ state: 'succeeded', error: null, total: 450, done: 450, result: { attempts: '450', cancelled: '0', unknown: '0' } });
      await stand.settle();
      expect(await stand.query('SELECT state, count(*) FROM payments.payment GROUP BY state')).toEqual([{ state: 'succeeded', count: 450n }]);
      const second = await stand.get(Runs).drain((await start('march again')).id);
      expect(second).toMatchObject({ state: 'succeeded', error: null, total: 0 });
      expect(await stand.query('SELECT count(*) FROM payments.sandbox_charge WHERE calls > 1')).toEqual([{ count: 0n }]);
      await stand.expectProofs();
    });

    it('is the same run when the request is repeated, and an error when the key is used for another', async () => {
      const first = await start('once');
      expect((await start('once')).id).toBe(first.id);
      const other = stand.get(StartCollectionRun).execute({ issuerId: stand.issuerId, through: TODAY, idempotencyKey: 'once' }, ACTOR);
      await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    });

    it('needs the role, and a scope that takes in what is collected', async () => {
      await expect(start('x', { ...ACTOR, role: 'viewer' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(start('x', { ...ACTOR, issuers: [stand.issuerId] })).rejects.toMatchObject({ code: 'FORBIDDEN', field: 'issuerId' });
      const own = stand.get(StartCollectionRun).execute({ issuerId: stand.issuerId, through: TODAY, idempotencyKey: 'x' }, { ...ACTOR, issuers: [stand.issuerId] });
      expect(await own).toMatchObject({ kind: 'payments.collection' });
    });

    it('collects for the issuer that was asked for and no other', async () => {
      await stand.invoices(1);
      const other = await stand.get(StartCollectionRun).execute({ issuerId: newId(), through: TODAY, idempotencyKey: 'other' }, ACTOR);
      expect(await stand.get(Runs).drain(other.id)).toMatchObject({ total: 0 });
    });
  });

  describe('the import of payment methods', () => {
    const HEADER = 'company_number,employee_id,provider,token,label';
    const load = async (...lines: string[]): Promise<Run> => {
      const source = Readable.from([Buffer.from([HEADER, ...lines].join('\n'))]);
      const run = await stand.get(Imports).start({ kind: 'payments.payment-methods', fileName: 'methods.csv', source, again: true }, ACTOR);
      return stand.get(Runs).drain(run.id);
    };
    const methods = () => stand.query('SELECT token, label, state FROM payments.payment_method ORDER BY id');
    const rejections = async (run: Run) =>
      (await stand.database.read((reader) => stand.get(Imports).rejections(reader, run.id))).map(({ line, column, code, value }) => [line, column, code, value]);

    beforeEach(() => stand.member('E-1', newId<Id<'Member'>>()));

    it('adds a method, leaves it alone when it comes again, and replaces it by another', async () => {
      expect(await load('C-000001,E-1,sandbox,tok_ok,Visa')).toMatchObject({ result: { added: '1', changed: '0', refused: '0' } });
      expect(await load('C-000001,E-1,sandbox,tok_ok,Visa')).toMatchObject({ result: { added: '0', changed: '0' } });
      expect(await load('C-000001,E-1,sandbox,tok_duplicate,Amex')).toMatchObject({ result: { added: '1', changed: '0' } });
      expect(await methods()).toEqual([{ token: 'tok_ok', label: 'Visa', state: 'replaced' }, { token: 'tok_duplicate', label: 'Amex', state: 'active' }]);
      expect(await load('C-000001,E-1,sandbox,tok_ok,Visa again')).toMatchObject({ result: { added: '0', changed: '1' } });
      expect(await methods()).toEqual([{ token: 'tok_ok', label: 'Visa again', state: 'active' }, { token: 'tok_duplicate', label: 'Amex', state: 'replaced' }]);
    });

    it('refuses strangers, unknown providers and card numbers, and repeats no card number', async () => {
      const run = await load('C-000001,E-2,sandbox,tok_ok,', 'C-000009,E-1,sandbox,tok_ok,', 'C-000001,E-1,nobody,4242424242424242,Visa');
      expect(await rejections(run)).toEqual([
        [2, 'employee_id', 'MEMBER_UNKNOWN', 'E-2'],
        [3, 'employee_id', 'MEMBER_UNKNOWN', 'E-1'],
        [4, 'provider', 'PROVIDER_UNKNOWN', 'nobody'],
        [4, 'token', 'TOKEN_INVALID', null],
      ]);
      expect(await methods()).toEqual([]);
    });

    it('schedules what a member owes already', async () => {
      const memberId = newId<Id<'Member'>>();
      await stand.member('E-3', memberId);
      await stand.invoiceOf(memberId);
      expect(await scheduled()).toBe(0);
      expect(await load('C-000001,E-3,sandbox,tok_ok,Visa')).toMatchObject({ result: { scheduled: '1' } });
      expect(await load('C-000001,E-3,sandbox,tok_duplicate,Amex')).toMatchObject({ result: { scheduled: '0' } });
      // The newest method is charged, not the one the payment was scheduled with.
      await stand.collect();
      expect(await stand.query('SELECT token FROM payments.sandbox_charge')).toEqual([{ token: 'tok_duplicate' }]);
    });
  });
});
