// Issuers: added once, named in the words of the person who tried twice.
import { currency, timeZone } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Audit } from '../audit/audit';
import { systemActor } from '../auth/actor';
import { Issuers } from './issuers';

describe('issuers', () => {
  const issuers = new Issuers(new Audit());
  const lisbon = {
    code: 'PT',
    legalName: 'Vida Plena, S.A.',
    country: 'PT',
    taxId: 'PT509442013',
    functionalCurrency: currency('EUR'),
    timeZone: timeZone('Europe/Lisbon'),
  };
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
    await test.database.transaction((tx) => issuers.create(tx, lisbon, systemActor('spec')));
  });
  afterAll(() => test.drop());

  it('are found by code, with an audit row of who added them', async () => {
    await test.database.read(async (reader) => {
      expect(await issuers.byCode(reader, 'PT')).toMatchObject(lisbon);
      expect(await issuers.byCode(reader, 'XX')).toBeUndefined();
      expect(await issuers.all(reader)).toHaveLength(1);
    });
    expect(await test.database.query(`SELECT actor, action FROM platform.audit_entry`)).toEqual([
      { actor: 'system:spec', action: 'platform.create-issuer' },
    ]);
  });

  it.each([
    ['a code that is taken', { taxId: 'PT501964843' }, 'ISSUER_CODE_TAKEN', 'code'],
    ['a tax id that is taken', { code: 'PT-2' }, 'ISSUER_TAX_ID_TAKEN', 'taxId'],
    ['a code in small letters', { code: 'pt', taxId: 'PT501964843' }, 'ISSUER_CODE_INVALID', 'code'],
  ])('refuse %s and name the field', async (_what, change, code, field) => {
    const attempt = test.database.transaction((tx) => issuers.create(tx, { ...lisbon, ...change }, systemActor('spec')));
    await expect(attempt).rejects.toMatchObject({ code, field });
  });

  it('are added by an administrator only', async () => {
    const viewer = { ...systemActor('spec'), role: 'accountant' as const };
    await expect(test.database.transaction((tx) => issuers.create(tx, { ...lisbon, code: 'PT-3' }, viewer))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
