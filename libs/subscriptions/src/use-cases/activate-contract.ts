// ActivateContract: a drafted contract comes into force on a day; from then on it is owed.
import { Injectable } from '@nestjs/common';
import { ContractId, DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { termEnd } from '../domain/contract-days';
import { ContractChange } from '../domain/contract-timeline';
import { HeldContract } from '../persistence/contract.queries';
import { Unrecorded } from '../persistence/timeline.queries';
import { Amendments, ContractAct, contractLives } from './amendments';
import { refuseShortTerm } from './draft-contract';

export interface ActivateContractInput extends ContractAct {
  /** The day for which it was drafted unless said otherwise. */
  readonly on?: LocalDate;
}

@Injectable()
export class ActivateContract {
  constructor(private readonly amendments: Amendments) {}

  /** @throws DomainError CONTRACT_ALREADY_ACTIVE, TERM_ENDS_BEFORE_IT_STARTS, and as {@link Amendments.amend} */
  async execute(input: ActivateContractInput, actor: Actor): Promise<ContractId> {
    return this.amendments.amend('activate-contract', input, actor, (contract) => {
      const [life] = contractLives(contract);
      if (life !== undefined) {
        throw new DomainError('CONTRACT_ALREADY_ACTIVE', `The contract ${contract.number} is in force from ${life.start}.`, { field: 'contractId', value: contract.number, remedy: 'Renew it if it has ended.' });
      }
      const planned = contract.states[0]?.start ?? contract.today;
      const on = input.on ?? planned;
      return { changes: [...started(contract, on, planned), ...endedByTerm(contract, on)], said: { on } };
    });
  }
}

/** A contract that starts earlier than it was drafted for has its cycle, zone and term from that day. */
function started({ changes }: HeldContract, on: LocalDate, planned: LocalDate): Unrecorded<ContractChange>[] {
  const drafted = changes.filter(({ kind }) => kind === 'cycle' || kind === 'zone' || kind === 'term');
  return [...(on < planned ? drafted.map((change) => ({ ...change, effectiveOn: on })) : []), { kind: 'start', effectiveOn: on }];
}

/** A term that does not renew itself ends the contract, and the timeline says so from the beginning. */
function endedByTerm({ states, policies }: HeldContract, on: LocalDate): Unrecorded<ContractChange>[] {
  const end = termEnd(states);
  refuseShortTerm(on, end);
  if (end === null || policies.autoRenew) return [];
  return [{ kind: 'end', effectiveOn: end }];
}
