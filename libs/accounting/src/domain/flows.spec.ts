// The declared flows: what is not in the table is refused, by name.
import { Currency, IssuerId, localDate } from '@countinghouse/kernel';
import { ACCOUNT_ROLES, AccountRole } from './account-role';
import { assertFlowsAllowed, FLOWS } from './flows';

const entry = (...lines: [AccountRole, bigint][]) => ({
  issuerId: 'issuer' as IssuerId,
  kind: 'written-off' as const,
  sourceType: 'write-off',
  sourceId: 'source',
  effectiveOn: localDate('2026-01-31'),
  lines: lines.map(([role, amountMinor]) => ({ role, amountMinor, functionalAmountMinor: amountMinor, currency: 'EUR' as Currency })),
});

describe('assertFlowsAllowed', () => {
  it('lets every declared flow pass and refuses every other one', () => {
    for (const debit of ACCOUNT_ROLES) {
      for (const credit of ACCOUNT_ROLES.filter((role) => role !== debit)) {
        const flow = () => assertFlowsAllowed(entry([debit, 100n], [credit, -100n]));
        if (FLOWS[debit].includes(credit)) expect(flow).not.toThrow();
        else expect(flow).toThrow(expect.objectContaining({ code: 'FLOW_NOT_ALLOWED', value: 'source' }));
      }
    }
  });

  it('refuses an entry with one flow that is not declared among others that are', () => {
    expect(() => assertFlowsAllowed(entry(['bank', 100n], ['provider-clearing', -90n], ['revenue', -10n]))).toThrow(/from revenue to bank/);
  });

  it('counts a role that stands on both sides with what is left over', () => {
    expect(() => assertFlowsAllowed(entry(['receivables', 50n], ['deferred-revenue', 50n], ['deferred-revenue', -100n]))).not.toThrow();
  });
});
