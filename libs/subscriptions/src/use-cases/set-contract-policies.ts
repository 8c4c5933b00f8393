// SetContractPolicies: renewal, notice, overdue policy, and what members may do under the contract.
import { Injectable } from '@nestjs/common';
import { ContractId, DomainError } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { endOn, termEnd } from '../domain/contract-days';
import { ContractChange } from '../domain/contract-timeline';
import { ContractPolicies, HeldContract } from '../persistence/contract.queries';
import { Unrecorded } from '../persistence/timeline.queries';
import { Amendments, ContractAct, contractLives } from './amendments';

export interface SetContractPoliciesInput extends ContractAct {
  /** What is not given stays as it is. */
  readonly policies: Partial<ContractPolicies>;
}

/** What a contract has that says nothing else. */
export const STANDARD_POLICIES: ContractPolicies = {
  autoRenew: false, renewalMonths: null, noticeDays: 0, overduePolicy: 'none', overdueGraceDays: 0, suspendedBilling: 'continues', pauseDaysMax: null, upgradeWhen: 'now',
  downgradeWhen: 'periodEnd', trialDays: 0, payrollAllowed: false,
};

@Injectable()
export class SetContractPolicies {
  constructor(private readonly amendments: Amendments) {}

  /** @throws DomainError POLICY_INVALID, and as {@link Amendments.amend} */
  async execute({ policies: asked, ...act }: SetContractPoliciesInput, actor: Actor): Promise<ContractId> {
    return this.amendments.amend('set-contract-policies', act, actor, (contract) => {
      const policies = checkedPolicies({ ...contract.policies, ...asked });
      return { policies, changes: contract.policies.autoRenew === policies.autoRenew ? [] : lifeBy(contract, policies), said: { ...asked } };
    });
  }
}

/** Whether the running term ends the contract follows from whether it renews itself. */
function lifeBy(contract: HeldContract, { autoRenew }: ContractPolicies): Unrecorded<ContractChange>[] {
  const end = termEnd(contract.states);
  const lives = contractLives(contract);
  const last = lives.at(-1);
  if (end === null || last === undefined || end <= contract.today) return [];
  if (autoRenew) return last.end === end ? endOn(contract.changes, null) : [];
  return last.end === null ? endOn(contract.changes, end) : [];
}

/** @throws DomainError POLICY_INVALID */
export function checkedPolicies(policies: ContractPolicies): ContractPolicies {
  const { autoRenew, renewalMonths, noticeDays, overdueGraceDays, pauseDaysMax, trialDays } = policies;
  if (autoRenew && renewalMonths === null) throw invalid('renewalMonths', null, 'A contract that renews itself says by how many months.', 'Give 1 to 120 months.');
  refuseOutside('renewalMonths', renewalMonths, 1, 120);
  refuseOutside('noticeDays', noticeDays, 0, 1096);
  refuseOutside('overdueGraceDays', overdueGraceDays, 0, 366);
  refuseOutside('pauseDaysMax', pauseDaysMax, 0, 1096);
  refuseOutside('trialDays', trialDays, 0, 366);
  return policies;
}

function refuseOutside(field: keyof ContractPolicies, value: number | null, min: number, max: number): void {
  if (value === null || (Number.isInteger(value) && value >= min && value <= max)) return;
  throw invalid(field, value, `${value} cannot be the ${field} of a contract.`, `Give a whole number from ${min} to ${max}.`);
}

function invalid(field: string, value: number | null, reason: string, remedy: string): DomainError {
  return new DomainError('POLICY_INVALID', reason, { field, value: String(value), remedy });
}
