// RenewContract: another term follows the one that was agreed last, also when the contract had ended with it.
import { Injectable } from '@nestjs/common';
import { addMonths, ContractId, DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { endOn, termEnd } from '../domain/contract-days';
import { HeldContract } from '../persistence/contract.queries';
import { Amendment, Amendments, ContractAct, refuseDraft } from './amendments';

export interface RenewContractInput extends ContractAct {
  /** Of the new term; as the contract's policy says unless said otherwise. */
  readonly months?: number;
}

@Injectable()
export class RenewContract {
  constructor(private readonly amendments: Amendments) {}

  /** @throws DomainError CONTRACT_NOT_ACTIVE, CONTRACT_HAS_NO_TERM, CONTRACT_ENDED_OTHERWISE, RENEWAL_LENGTH_INVALID, and as {@link Amendments.amend} */
  async execute({ months, ...act }: RenewContractInput, actor: Actor): Promise<ContractId> {
    return this.amendments.amend('renew-contract', act, actor, (contract) => renewal(contract, months));
  }
}

/** The amendment by itself: a term that begins where the last one ends. */
export function renewal(contract: HeldContract, months: number | null = contract.policies.renewalMonths): Amendment {
  const { number, states, policies } = contract;
  const life = refuseDraft(contract);
  const end = termEnd(states);
  if (end === null) {
    throw new DomainError('CONTRACT_HAS_NO_TERM', `The term of contract ${number} is open and needs no renewal.`, { field: 'contractId', value: number, remedy: 'Agree a term first.' });
  }
  if (months === null || !Number.isInteger(months) || months < 1 || months > 120) {
    throw new DomainError('RENEWAL_LENGTH_INVALID', 'A renewal has a length.', { field: 'months', value: String(months), remedy: 'Give 1 to 120 months.' });
  }
  if (life.end !== null && life.end !== end) throw endedOtherwise(number, life.end, end);
  const until = addMonths(end, months);
  const ends = endOn(contract.changes, policies.autoRenew ? null : until);
  return { changes: [{ kind: 'term', effectiveOn: end, termEndsOn: until }, ...ends], agreedBefore: ends.length === 0, said: { from: end, until } };
}

function endedOtherwise(number: string, ended: LocalDate, end: LocalDate): DomainError {
  const reason = `The contract ${number} ends on ${ended}, and not with its term on ${end}.`;
  return new DomainError('CONTRACT_ENDED_OTHERWISE', reason, { field: 'contractId', value: number, remedy: 'Move its end first, or draft another contract.' });
}
