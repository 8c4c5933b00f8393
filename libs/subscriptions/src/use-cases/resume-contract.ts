// ResumeContract: from a day on, a contract is no longer suspended; or the next suspension is taken back before it begins.
import { Injectable } from '@nestjs/common';
import { ContractId, DomainError, LocalDate, maxDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { setOn, stretchesOf } from '../domain/set-on';
import { HeldContract } from '../persistence/contract.queries';
import { Amendment, Amendments, ContractAct } from './amendments';
import { saidOfSuspension, suspensionChange } from './suspend-contract';

export interface ResumeContractInput extends ContractAct {
  /** Today unless said otherwise. */
  readonly on?: LocalDate;
}

@Injectable()
export class ResumeContract {
  constructor(private readonly amendments: Amendments) {}

  /** @throws DomainError CONTRACT_NOT_SUSPENDED, and as {@link Amendments.amend} */
  async execute(input: ResumeContractInput, actor: Actor): Promise<ContractId> {
    return this.amendments.amend('resume-contract', input, actor, (contract) => resumption(contract, input.on));
  }
}

/** The amendment by itself, for whoever resumes contracts for a reason of their own. A suspension that follows later stays. */
export function resumption(contract: HeldContract, on: LocalDate = contract.today): Amendment {
  const said = saidOfSuspension(contract);
  const suspended = stretchesOf(said, (suspension) => suspension !== 'none').find(({ end }) => end === null || end > on);
  if (suspended === undefined) {
    const reason = `The contract ${contract.number} is not suspended on ${on}.`;
    throw new DomainError('CONTRACT_NOT_SUSPENDED', reason, { field: 'on', value: on, remedy: 'Give a day on which it is suspended.' });
  }
  const from = maxDate(on, suspended.start);
  return { changes: setOn(said, 'none', 'none', from, suspended.end).map(suspensionChange), said: { on: from } };
}
