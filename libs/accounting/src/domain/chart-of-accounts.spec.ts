// Charts of accounts: complete, without a code twice, Portuguese where the law wants it.
import { ACCOUNT_ROLES } from './account-role';
import { chartFor } from './chart-of-accounts';

describe('chartFor', () => {
  it.each(['PT', 'ES', 'XX'])('gives %s an account of its own code for every role', (country) => {
    const chart = chartFor(country);
    expect(chart.map((account) => account.role)).toEqual(ACCOUNT_ROLES);
    expect(new Set(chart.map((account) => account.code)).size).toBe(ACCOUNT_ROLES.length);
  });

  it('uses the codes of the SNC in Portugal', () => {
    const codes = Object.fromEntries(chartFor('PT').map((account) => [account.role, account.code]));
    expect(codes).toMatchObject({ receivables: '2111', 'vat-payable': '2433', 'deferred-revenue': '282', bank: '12' });
  });

  it('wants a document on the accounts that sub-ledgers are views of', () => {
    const byDocument = chartFor('ES').filter((account) => account.byDocument).map((account) => account.role);
    expect(byDocument).toEqual(['receivables', 'provider-clearing', 'unapplied-cash', 'disputes']);
  });
});
