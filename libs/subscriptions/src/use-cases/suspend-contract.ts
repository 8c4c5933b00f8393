// SuspendContract: from a day on, until it is resumed, members get nothing under a contract; whether it is billed on is agreed in it.
import { Injectable } from '@nestjs/common';
import { ContractId, LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { ContractChange, ContractState } from '../domain/contract-timeline';
import { Said, setOn, ToSay } from '../domain/set-on';
import { HeldContract } from '../persistence/contract.queries';
import { Unrecorded } from '../persistence/timeline.queries';
import { Amendment, Amendments, ContractAct, refuseOutOfForce } from './amendments';

export interface SuspendContractInput extends ContractAct {
  /** Today unless said otherwise. */
  readonly on?: LocalDate;
  /** As the contract's policy says unless said otherwise. */
  readonly billing?: 'continues' | 'stops';
}

@Injectable()
export class SuspendContract {
  constructor(private readonly amendments: Amendments) {}

  /** @throws DomainError CONTRACT_NOT_IN_FORCE, CONTRACT_NOT_ACTIVE, and as {@link Amendments.amend} */
  async execute(input: SuspendContractInput, actor: Actor): Promise<ContractId> {
    return this.amendments.amend('suspend-contract', input, actor, (contract) => suspension(contract, input));
  }
}

/** The amendment by itself, for whoever suspends contracts for a reason of their own. */
export function suspension(contract: HeldContract, { on = contract.today, billing = contract.policies.suspendedBilling }: Pick<SuspendContractInput, 'on' | 'billing'>): Amendment {
  refuseOutOfForce(contract, on, 'on');
  const wanted = billing === 'continues' ? 'billed' : 'unbilled';
  return { changes: setOn(saidOfSuspension(contract), 'none', wanted, on, null).map(suspensionChange), said: { on, billing } };
}

type Suspension = ContractState['suspension'];

/** What the contract's timeline says of suspension alone. */
export function saidOfSuspension({ changes }: HeldContract): Said<Suspension>[] {
  return changes.flatMap((change): Said<Suspension>[] => {
    const { seq, effectiveOn } = change;
    if (change.kind === 'suspend') return [{ seq, effectiveOn, value: change.bills ? 'billed' : 'unbilled' }];
    return change.kind === 'resume' ? [{ seq, effectiveOn, value: 'none' }] : [];
  });
}

export function suspensionChange({ effectiveOn, value }: ToSay<Suspension>): Unrecorded<ContractChange> {
  return value === 'none' ? { kind: 'resume', effectiveOn } : { kind: 'suspend', effectiveOn, bills: value === 'billed' };
}
