// The close check of invoicing: a draft for service of the month stands in its way, until it is finalised or gone.
import { Id, IssuerId, LocalDate, localDate } from '@countinghouse/kernel';
import { newId } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Drafts } from './drafts.check';

describe('the close check of drafts', () => {
  let test: TestDatabase;
  const issuerId = newId<IssuerId>();
  const draft = newId<Id<'Spec'>>();

  beforeAll(async () => {
    test = await createTestDatabase();
    await test.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO invoicing.invoice (id, issuer_id, document_type, stream, payer_type, payer_id, company_id, currency, state,
           net_minor, tax_minor, gross_minor, open_minor, line_count, tax_count, buyer)
         VALUES ($1, $2, 'invoice', 'company', 'company', gen_random_uuid(), gen_random_uuid(), 'EUR', 'draft', 100, 0, 100, 100, 1, 1, '{}')`,
        [draft, issuerId],
      );
      await tx.execute(
        `INSERT INTO invoicing.invoice_line (invoice_id, line_no, description, contract_id, company_id, quantity, unit_price_minor, listed_minor,
           tax_inclusive, net_minor, tax_category, tax_rate, service_start, service_end, charge_count)
         VALUES ($1, 1, 'fee', gen_random_uuid(), gen_random_uuid(), 1, 100, 100, false, 100, 'E', 0, '2026-02-10', '2026-03-01', 1)`,
        [draft],
      );
    });
  });
  afterAll(() => test.drop());

  const check = (start: string, end: string, of: IssuerId = issuerId) =>
    test.database.read((reader) => new Drafts().check(reader, { issuerId: of, start: localDate(start), end: localDate(end) as LocalDate, closingSince: null }));

  it('names the draft in the month of its service and after it, of its issuer alone', async () => {
    expect(await check('2026-01-01', '2026-02-01')).toBeNull();
    expect(await check('2026-02-01', '2026-03-01')).toEqual({ detail: `1 drafts are neither finalised nor discarded, first ${draft}`, remedy: 'Finalise each draft, or discard it.' });
    expect(await check('2026-03-01', '2026-04-01')).not.toBeNull();
    expect(await check('2026-02-01', '2026-03-01', newId<IssuerId>())).toBeNull();
  });
});
