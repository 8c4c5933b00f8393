// ApplyOverduePolicy: suspends contracts for invoices that stay unpaid, and lets them go on when nothing overdue is left.
import { Injectable } from '@nestjs/common';
import { ContractId, LocalDate, maxDate } from '@countinghouse/kernel';
import { AppClock, Database, groupedBy, IssuerToday, OpenPeriods, realIssuersToday, systemActor, Tx } from '@countinghouse/platform';
import { decideOverdue, LifeChange, OverdueDecision } from '../domain/overdue-policy';
import { HeldContract, holdContracts } from '../persistence/contract.queries';
import { InvoiceNews, contractsOutOfGrace, markSuspended, noteInvoices, overdueInvoicesOf } from '../persistence/overdue.queries';
import { Amendments, DecidedAmendment } from './amendments';

/** A day on which something happened to a contract, or on which it is looked at. */
export interface ContractDay {
  readonly contractId: ContractId;
  readonly day: LocalDate;
}

interface Decided {
  readonly contract: HeldContract;
  readonly decision: OverdueDecision;
}

/** Who records what the policy does, and is told by it from people. */
const POLICY = systemActor('overdue-policy');

const CONTRACTS_AT_ONCE = 500;
const NUMBERS_IN_REASON = 5;

@Injectable()
export class ApplyOverduePolicy {
  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
    private readonly openPeriods: OpenPeriods,
    private readonly amendments: Amendments,
  ) {}

  /** What events say of invoices, with the issuer's day on which each of them happened. Any order and any repetition come to the same. */
  async takeNews(tx: Tx, news: readonly (InvoiceNews & { day: LocalDate })[]): Promise<void> {
    if (news.length === 0) return;
    await noteInvoices(tx, news);
    await this.apply(tx, news);
  }

  /** Contracts of real issuers whose days of grace are over today; says how many were suspended. */
  async execute(): Promise<number> {
    const nowMs = this.clock.now();
    return this.endGrace(await this.database.read((reader) => realIssuersToday(reader, nowMs)));
  }

  /** The same for issuers on days of their own; a set of contracts to a transaction. */
  async endGrace(today: readonly IssuerToday[]): Promise<number> {
    let changed = 0;
    for (let after: ContractId | undefined; ; ) {
      const found = await this.database.read((reader) => contractsOutOfGrace(reader, today, after, CONTRACTS_AT_ONCE));
      if (found.length > 0) changed += await this.database.transaction((tx) => this.apply(tx, found));
      if (found.length < CONTRACTS_AT_ONCE) return changed;
      after = found[found.length - 1]!.contractId;
    }
  }

  /** Holds the contracts before it reads, so that of two who decide about one the second sees what the first has recorded. */
  private async apply(tx: Tx, days: readonly ContractDay[]): Promise<number> {
    const dayOf = new Map<ContractId, LocalDate>();
    for (const { contractId, day } of days) dayOf.set(contractId, maxDate(day, dayOf.get(contractId) ?? day));
    const contracts = await holdContracts(tx, [...dayOf.keys()], 0);
    const invoices = groupedBy(await overdueInvoicesOf(tx, [...contracts.keys()]), 'contractId');
    const firstOpen = await this.openPeriods.firstOpenDays(tx, [...new Set([...contracts.values()].map(({ issuerId }) => issuerId))]);
    const decided = [...contracts.values()].flatMap((contract): Decided[] => {
      const { id, issuerId, policies, changes } = contract;
      // News that comes late does not reach back into what is closed.
      const day = maxDate(dayOf.get(id)!, firstOpen.get(issuerId) ?? dayOf.get(id)!);
      const decision = decideOverdue(day, { policy: policies.overduePolicy, graceDays: policies.overdueGraceDays }, invoices.get(id) ?? [], lifeChangesOf(changes));
      return decision === undefined ? [] : [{ contract, decision }];
    });
    const amended = decided.flatMap(amendmentOf);
    const [refused] = await this.amendments.record(tx, amended, POLICY);
    // Its day is in an open period, so nothing can be refused.
    if (refused !== undefined) throw refused.error;
    await markSuspended(
      tx,
      decided.flatMap(({ contract: { id }, decision }) =>
        decision.kind !== 'resume' ? decision.because.map(({ invoiceId }) => ({ contractId: id, invoiceId, on: decision.effectiveOn })) : [],
      ),
    );
    return amended.length;
  }
}

/** What people and the policy have recorded of life and suspension. */
function lifeChangesOf(changes: HeldContract['changes']): LifeChange[] {
  return changes.flatMap(({ seq, effectiveOn, kind, recordedBy }) =>
    kind === 'start' || kind === 'end' || kind === 'suspend' || kind === 'resume' ? [{ seq, effectiveOn, kind, byPolicy: recordedBy === POLICY.subject }] : [],
  );
}

function amendmentOf({ contract, decision }: Decided): DecidedAmendment[] {
  const { kind, effectiveOn } = decision;
  if (kind === 'stay') return [];
  const change = kind === 'suspend' ? { kind, effectiveOn, bills: contract.policies.suspendedBilling === 'continues' } : { kind, effectiveOn };
  return [{ contract, action: `${kind}-contract`, reason: reasonOf(decision), amendment: { changes: [change], said: { effectiveOn } } }];
}

function reasonOf(decision: OverdueDecision): string {
  if (decision.kind === 'resume') return 'nothing is overdue any more';
  const numbers = decision.because.map(({ number }) => number);
  const named = numbers.slice(0, NUMBERS_IN_REASON).join(', ');
  const more = numbers.length - NUMBERS_IN_REASON;
  return `${named}${more > 0 ? ` and ${more} more` : ''} ${numbers.length === 1 ? 'is' : 'are'} overdue`;
}
