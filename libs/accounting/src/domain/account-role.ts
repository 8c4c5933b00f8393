// Account roles: what posting rules call an account, whatever code and name it has in an issuer's chart.

export const ACCOUNT_ROLES = [
  'receivables',
  'deferred-revenue',
  'revenue',
  'vat-payable',
  'provider-clearing',
  'unapplied-cash',
  'bank',
  'provider-fees',
  'disputes',
  'bad-debt',
  'fx-gain',
  'fx-loss',
] as const;

export type AccountRole = (typeof ACCOUNT_ROLES)[number];

export type AccountType = 'asset' | 'liability' | 'equity' | 'income' | 'expense';
