// The proofs of payments see what is wrong, and say where.
import { Proof } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import type { Type } from '@nestjs/common';
import { PaymentsStand } from '../../test/payments-stand';
import { ProviderAgreesProof } from '../providers/sandbox/provider-agrees.proof';
import { ProviderClearingProof } from './provider-clearing.proof';
import { UnappliedCashProof } from './unapplied-cash.proof';

describe('the proofs of payments', () => {
  let test: TestDatabase;
  let stand: PaymentsStand;

  beforeEach(async () => {
    test = await createTestDatabase();
    stand = await PaymentsStand.open({ url: test.url });
    await stand.invoices(2);
    await stand.collect();
    await stand.settle();
  });
  afterEach(async () => {
    await stand.close();
    await test.drop();
  });

  const prove = (proof: Type<Proof>) => stand.database.read((reader) => stand.get(proof).prove(reader));
  /** Damage that no rule of the database would let through. */
  const damage = (table: string, sql: string) =>
    test.owner.transaction(async (tx) => {
      await tx.execute(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
      await tx.execute(sql);
      await tx.execute(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    });

  it('hold when all is well, and give the figures', async () => {
    expect(await prove(ProviderClearingProof)).toEqual({ ok: true, detail: 'PT EUR 2500' });
    expect(await prove(UnappliedCashProof)).toMatchObject({ ok: true });
    expect(await prove(ProviderAgreesProof)).toEqual({ ok: true, detail: 'EUR: provider 2500, payments 2500, ledger 2500' });
  });

  it('see a capture that is in the payments and not in the books', async () => {
    await damage('payments.payment', `UPDATE payments.payment SET amount_minor = amount_minor + 7 WHERE id = (SELECT id FROM payments.payment ORDER BY id LIMIT 1)`);
    expect(await prove(ProviderClearingProof)).toEqual({ ok: false, detail: 'PT EUR: captured and not settled 2507, provider clearing 2500' });
    expect(await prove(UnappliedCashProof)).toEqual({ ok: false, detail: 'PT EUR: unallocated 7, unapplied cash 0' });
  });

  it('see a charge that the provider has captured and we have not, and name it', async () => {
    await damage('payments.sandbox_charge', `UPDATE payments.sandbox_charge SET amount_minor = amount_minor + 5 WHERE id = 1`);
    const [charge] = await stand.query<{ idempotency_key: string }>('SELECT idempotency_key FROM payments.sandbox_charge WHERE id = 1');
    const { ok, detail } = await prove(ProviderAgreesProof);
    expect(ok).toBe(false);
    expect(detail).toContain('provider 2505, payments 2500');
    expect(detail).toContain(charge!.idempotency_key);
  });

  it('see a payment that the provider knows nothing of', async () => {
    await damage('payments.sandbox_charge', 'DELETE FROM payments.sandbox_charge WHERE id = 1');
    expect(await prove(ProviderAgreesProof)).toMatchObject({ ok: false, detail: expect.stringContaining('1 charges differ') as string });
  });
});
