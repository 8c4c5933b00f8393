// Amendments: how every change of a contract is made. Held, within open periods, with who and why, and the renewal kept in step.
import { Injectable } from '@nestjs/common';
import { Companies } from '@countinghouse/companies';
import { ContractId, DomainError, IssuerId, LocalDate, minDate } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, OpenPeriods, periodClosed, Tx } from '@countinghouse/platform';
import { refuseNoReason } from '../domain/catalogue';
import { livesOf, renewalDueOn } from '../domain/contract-days';
import { ContractChange, ContractState, contractStretches } from '../domain/contract-timeline';
import { Stretch } from '../domain/set-on';
import { StateStretch } from '../domain/timeline';
import { ContractPolicies, HeldContract, holdContract, PoliciesToSet, updatePolicies } from '../persistence/contract.queries';
import { tellCompaniesOfContracts } from '../persistence/enrolment.queries';
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

/** What one contract of several is to come to, and what it is called in the audit trail. */
export interface DecidedAmendment {
  readonly contract: HeldContract;
  readonly action: string;
  readonly reason: string;
  readonly amendment: Amendment;
}

export interface RefusedAmendment {
  readonly contract: HeldContract;
  readonly error: DomainError;
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
   * @throws DomainError FORBIDDEN, REASON_MISSING, CONTRACT_NOT_FOUND, PERIOD_CLOSED, COMPANY_CLOSED, and what `amend` throws
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
    const amendment = await amend(contract, tx, { by: actor.subject, reason });
    const [refused] = await this.record(tx, [{ contract, action, reason, amendment }], actor);
    if (refused !== undefined) throw refused.error;
  }

  /**
   * Records what has been decided about contracts that are held, in a constant number of statements. What reaches into a closed period, or
   * begins with a closed company, is refused, and the others are recorded.
   */
  async record(tx: Tx, decided: readonly DecidedAmendment[], actor: Actor): Promise<RefusedAmendment[]> {
    const issuers = [...new Set(decided.map(({ contract }) => contract.issuerId))];
    for (const issuerId of issuers) authorise(actor, 'billing', issuerId);
    const firstOpen = decided.some((one) => firstDayOf(one) !== undefined) ? await this.openPeriods.firstOpenDays(tx, issuers) : new Map<IssuerId, LocalDate>();
    const starting = decided.filter(({ amendment: { changes = [] } }) => changes.some(({ kind }) => kind === 'start'));
    const closed = await this.companies.closedAmong(tx, [...new Set(starting.map(({ contract }) => contract.companyId))]);
    const companyOf = (one: DecidedAmendment) => (starting.includes(one) ? closed.get(one.contract.companyId) : undefined);
    const judged = decided.map((one) => ({ ...one, error: closedPeriod(one, firstOpen.get(one.contract.issuerId)) ?? closedCompany(companyOf(one)) }));
    const recorded = judged.filter(({ error }) => error === undefined);
    const changed = recorded.flatMap(({ contract: { id }, amendment: { changes = [] }, reason }) => changes.map((change) => ({ contractId: id, change, reason })));
    if (changed.length > 0) await appendContractChanges(tx, changed, actor.subject);
    if (recorded.length > 0) await updatePolicies(tx, recorded.map(policiesOf));
    // Nobody is enrolled on days on which the contract is not in force, and the headcount says so.
    const living = recorded.filter(({ amendment: { changes = [] } }) => changes.some(({ kind }) => kind === 'start' || kind === 'end'));
    if (living.length > 0) await tellCompaniesOfContracts(tx, this.companies, living.map(({ contract }) => contract));
    const entries = recorded.flatMap(({ contract: { id, issuerId }, action, reason, amendment: { said } }) =>
      said === null ? [] : [{ action: `subscriptions.${action}`, subjectType: 'contract', subjectId: id, issuerId, reason, change: said }],
    );
    if (entries.length > 0) await this.audit.record(tx, actor, entries);
    return judged.flatMap(({ contract, error }) => (error === undefined ? [] : [{ contract, error }]));
  }
}

/** The first day that is otherwise from now on; none if no day that was ever owed is. */
function firstDayOf({ contract, amendment: { changes = [], from, agreedBefore = false } }: DecidedAmendment): LocalDate | undefined {
  const days = [...changes.map(({ effectiveOn }) => effectiveOn), ...(from === undefined ? [] : [from])];
  // What was only drafted has never been owed, so no day of it can lie in a closed period.
  const owesEver = days.length > 0 && statesWith(contract, changes).some(({ state }) => state.inForce);
  return owesEver && !agreedBefore ? days.reduce(minDate) : undefined;
}

function closedPeriod(decided: DecidedAmendment, firstOpen: LocalDate | undefined): DomainError | undefined {
  const first = firstDayOf(decided);
  return first !== undefined && firstOpen !== undefined && first < firstOpen ? periodClosed(first, firstOpen, 'effectiveOn') : undefined;
}

/** A contract with a closed company would owe what nobody is billed for. */
function closedCompany(number: string | undefined): DomainError | undefined {
  if (number === undefined) return undefined;
  return new DomainError('COMPANY_CLOSED', `The company ${number} is closed, so no contract with it comes into force.`, { field: 'contractId', value: number, remedy: 'Reopen the company first.' });
}

function policiesOf({ contract, amendment: { changes = [], policies = contract.policies } }: DecidedAmendment): PoliciesToSet {
  return { id: contract.id, policies, renewalDueOn: renewalDueOn(statesWith(contract, changes), policies) };
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
