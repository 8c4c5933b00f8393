// Amendments: how every change of a contract is made. Held, within open periods, with who and why, and the renewal kept in step.
import { Injectable } from '@nestjs/common';
import { Companies } from '@countinghouse/companies';
import { ContractId, DomainError, LocalDate, minDate } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, OpenPeriods, Tx } from '@countinghouse/platform';
import { refuseNoReason } from '../domain/catalogue';
import { livesOf, renewalDueOn } from '../domain/contract-days';
import { ContractChange, ContractState, contractStretches } from '../domain/contract-timeline';
import { Stretch } from '../domain/set-on';
import { StateStretch } from '../domain/timeline';
import { ContractPolicies, HeldContract, holdContract, updatePolicies } from '../persistence/contract.queries';
import { tellCompaniesOfContract } from '../persistence/enrolment.queries';
import { appendContractChanges, Origin, Unrecorded } from '../persistence/timeline.queries';

/** What every act on a contract is given. */
export interface ContractAct {
  readonly contractId: ContractId;
  /** Why, in the words of the person. */
  readonly reason: string;
}

/** What an act comes to. */
export interface Amendment {
  readonly changes?: readonly Unrecorded<ContractChange>[];
  readonly policies?: ContractPolicies;
  /** The first day that is otherwise from now on, if it is not the first of `changes`. */
  readonly from?: LocalDate;
  /** It only writes down what had been agreed before, so that no closed day is owed otherwise. */
  readonly agreedBefore?: boolean;
  /** What the audit trail keeps of it; nothing when it was done already. */
  readonly said: Readonly<Record<string, unknown>> | null;
}

@Injectable()
export class Amendments {
  constructor(
    readonly database: Database,
    private readonly clock: AppClock,
    private readonly openPeriods: OpenPeriods,
    private readonly audit: Audit,
    private readonly companies: Companies,
  ) {}

  /**
   * Holds the contract, asks what is to change, and records it. Gives the contract's id.
   * @param action as the audit trail calls it: 'suspend-contract'
   * @throws DomainError FORBIDDEN, REASON_MISSING, CONTRACT_NOT_FOUND, PERIOD_CLOSED, and what `amend` throws
   */
  async amend(
    action: string,
    { contractId, reason }: ContractAct,
    actor: Actor,
    amend: (contract: HeldContract, tx: Tx, origin: Origin) => Amendment | Promise<Amendment>,
  ): Promise<ContractId> {
    authorise(actor, 'billing');
    refuseNoReason(reason);
    const nowMs = this.clock.now();
    return this.database.transaction(async (tx) => {
      const contract = await holdContract(tx, contractId, nowMs);
      await this.within(tx, contract, action, reason, actor, amend);
      return contractId;
    });
  }

  /** As {@link amend}, of a contract that is held in a transaction that is open already. */
  async within(
    tx: Tx,
    contract: HeldContract,
    action: string,
    reason: string,
    actor: Actor,
    amend: (contract: HeldContract, tx: Tx, origin: Origin) => Amendment | Promise<Amendment>,
  ): Promise<void> {
    authorise(actor, 'billing', contract.issuerId);
    const { id, issuerId } = contract;
    const origin = { by: actor.subject, reason };
    const { changes = [], policies = contract.policies, from, agreedBefore = false, said } = await amend(contract, tx, origin);
    const states = statesWith(contract, changes);
    const first = [...changes.map(({ effectiveOn }) => effectiveOn), ...(from === undefined ? [] : [from])];
    // What was only drafted has never been owed, so no day of it can lie in a closed period.
    const owesEver = states.some(({ state }) => state.inForce);
    if (owesEver && !agreedBefore && first.length > 0) await this.openPeriods.refuseClosed(tx, issuerId, first.reduce(minDate), 'effectiveOn');
    await appendContractChanges(tx, changes.map((change) => ({ contractId: id, change })), origin);
    await updatePolicies(tx, id, policies, renewalDueOn(states, policies));
    // Nobody is enrolled on days on which the contract is not in force, and the headcount says so.
    if (changes.some(({ kind }) => kind === 'start' || kind === 'end')) await tellCompaniesOfContract(tx, this.companies, contract);
    if (said === null) return;
    await this.audit.record(tx, actor, [{ action: `subscriptions.${action}`, subjectType: 'contract', subjectId: id, issuerId, reason, change: said }]);
  }
}

/** The states of the contract once the changes are recorded. */
export function statesWith({ changes: recorded }: HeldContract, changes: readonly Unrecorded<ContractChange>[]): StateStretch<ContractState>[] {
  return contractStretches([...recorded, ...changes.map((change, index) => ({ ...change, seq: recorded.length + index + 1 }))]);
}

/** The stretches of days on which the contract is in force. */
export function contractLives({ changes }: HeldContract): Stretch[] {
  return livesOf(changes);
}

/** @throws DomainError CONTRACT_NOT_ACTIVE if the contract has not been activated, or was withdrawn */
export function refuseDraft(contract: HeldContract): Stretch {
  const last = contractLives(contract).at(-1);
  if (last !== undefined) return last;
  throw new DomainError('CONTRACT_NOT_ACTIVE', `The contract ${contract.number} has not been activated.`, { field: 'contractId', value: contract.number, remedy: 'Activate it first.' });
}

/** @throws DomainError CONTRACT_NOT_IN_FORCE if the contract is not in force on the day */
export function refuseOutOfForce(contract: HeldContract, day: LocalDate, field: string): void {
  const lives = contractLives(contract);
  if (lives.some(({ start, end }) => start <= day && (end === null || day < end))) return;
  const last = refuseDraft(contract);
  const term = last.end === null ? `from ${last.start} on` : `from ${last.start} up to ${last.end}`;
  throw new DomainError('CONTRACT_NOT_IN_FORCE', `The contract ${contract.number} is in force ${term}.`, { field, value: day, remedy: 'Give a day on which it is in force.' });
}
