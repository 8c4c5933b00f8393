// ActivateContract: a drafted contract comes into force on a day; from then on it is owed.
import { Injectable } from '@nestjs/common';
import { ContractId, DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { oneOffsFrom } from '../domain/component-terms';
import { termEnd } from '../domain/contract-days';
import { ContractChange } from '../domain/contract-timeline';
import { componentsOf, HeldContract } from '../persistence/contract.queries';
import { appendFeeChanges, Unrecorded } from '../persistence/timeline.queries';
import { Amendments, ContractAct, contractLives, statesWith } from './amendments';
import { refuseShortTerm } from './draft-contract';

export interface ActivateContractInput extends ContractAct {
  /** The day for which it was drafted unless said otherwise. */
  readonly on?: LocalDate;
}

@Injectable()
export class ActivateContract {
  constructor(private readonly amendments: Amendments) {}

  /**
   * One-off fees that were drafted for days before its first are owed on its first.
   * @throws DomainError CONTRACT_ALREADY_ACTIVE, TERM_ENDS_BEFORE_IT_STARTS, ONE_OFF_NEVER_OWED, and as {@link Amendments.amend}
   */
  async execute(input: ActivateContractInput, actor: Actor): Promise<ContractId> {
    return this.amendments.amend('activate-contract', input, actor, async (contract, tx, origin) => {
      const [life] = contractLives(contract);
      if (life !== undefined) {
        throw new DomainError('CONTRACT_ALREADY_ACTIVE', `The contract ${contract.number} is in force from ${life.start}.`, { field: 'contractId', value: contract.number, remedy: 'Renew it if it has ended.' });
      }
      const planned = contract.states[0]?.start ?? contract.today;
      const on = input.on ?? planned;
      const changes = [...started(contract, on, planned), ...endedByTerm(contract, on)];
      const moved = oneOffsFrom(on, await componentsOf(tx, contract.id), statesWith(contract, changes));
      await appendFeeChanges(tx, moved.flatMap(({ componentId, changes: some }) => some.map((change) => ({ componentId, change }))), origin);
      return { changes, said: { on, ...(moved.length > 0 && { oneOffsMoved: moved.map(({ componentId }) => componentId) }) } };
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
