// EndContract: now, with the period, with the term (by notice given in time), or on a day that both sides agree on.
import { Injectable } from '@nestjs/common';
import { ContractId, DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { cutOff, endOn, periodEndOn, termEnd } from '../domain/contract-days';
import { HeldContract } from '../persistence/contract.queries';
import { Amendments, ContractAct, contractLives, refuseDraft } from './amendments';

export interface EndContractInput extends ContractAct {
  /** Or a day: the first one that is no longer in the contract. */
  readonly when: 'now' | 'periodEnd' | 'termEnd' | LocalDate;
}

@Injectable()
export class EndContract {
  constructor(private readonly amendments: Amendments) {}

  /**
   * What was billed for later days is credited by the next run. On its own first day a contract is withdrawn as if it had never been.
   * @throws DomainError CONTRACT_NOT_ACTIVE, CONTRACT_ENDS_BEFORE_IT_STARTS, CONTRACT_HAS_NO_TERM, NOTICE_TOO_LATE, and as
   * {@link Amendments.amend}
   */
  async execute(input: EndContractInput, actor: Actor): Promise<ContractId> {
    return this.amendments.amend('end-contract', input, actor, (contract) => {
      refuseDraft(contract);
      const on = dayOf(contract, input.when);
      const lives = contractLives(contract);
      if (on < lives[0]!.start) {
        const reason = `The contract ${contract.number} starts on ${lives[0]!.start} and cannot end on ${on}.`;
        throw new DomainError('CONTRACT_ENDS_BEFORE_IT_STARTS', reason, { field: 'when', value: on, remedy: 'Give a later day, or its first one to withdraw it.' });
      }
      return { changes: endOn(contract.changes, on), said: { on, when: input.when } };
    });
  }
}

function dayOf(contract: HeldContract, when: EndContractInput['when']): LocalDate {
  if (when === 'now') return contract.today;
  if (when === 'periodEnd') return periodEndOn(contract.states, contract.today) ?? contract.today;
  return when === 'termEnd' ? termEndInTime(contract) : when;
}

/** Notice that is too late binds for another term; what both sides agree on is a day of its own. */
function termEndInTime({ states, policies, number, today }: HeldContract): LocalDate {
  const end = termEnd(states);
  if (end === null || end <= today) {
    throw new DomainError('CONTRACT_HAS_NO_TERM', `The contract ${number} has no term that runs.`, { field: 'when', value: 'termEnd', remedy: 'End it now, with its period, or on a day.' });
  }
  const last = cutOff(end, policies.noticeDays);
  if (today <= last) return end;
  throw new DomainError('NOTICE_TOO_LATE', `Notice for the end of the term on ${end} had to be given by ${last}.`, {
    field: 'when',
    value: 'termEnd',
    remedy: `End the contract on a day that both sides agree on, or give notice for the next term${policies.autoRenew ? ' once it is renewed' : ''}.`,
  });
}
