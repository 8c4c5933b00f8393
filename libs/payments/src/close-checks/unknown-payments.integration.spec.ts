// The close check of payments: what became of a payment must be known before its month is closed.
import { addDays, addMonths, LocalDate, startOfMonth } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { PaymentsStand, TODAY } from '../../test/payments-stand';
import { UnknownPayments } from './unknown-payments.check';

describe('the close check of unknown payments', () => {
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

  const check = (start: LocalDate) =>
    stand.database.read((reader) => stand.get(UnknownPayments).check(reader, { issuerId: stand.issuerId, start, end: addMonths(start, 1), closingSince: null }));

  it('names a payment that is being processed or unknown, until it is known what became of it', async () => {
    const month = startOfMonth(TODAY);
    expect(await check(month)).toBeNull();
    await stand.invoices(1);
    await stand.collect();
    const [payment] = await stand.query<{ id: string }>('SELECT id FROM payments.payment');
    expect(await check(month)).toMatchObject({ detail: `of 1 payments it is not known what became of them, first ${payment!.id}` });
    expect(await check(startOfMonth(addDays(month, -1)))).toBeNull();
    await stand.settle();
    expect(await check(month)).toBeNull();
  });
});
