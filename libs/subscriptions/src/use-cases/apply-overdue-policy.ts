// ApplyOverduePolicy: suspends contracts for invoices that stay unpaid, and lets them go on when nothing overdue is left.
import { Injectable } from '@nestjs/common';
import { ContractId, LocalDate, maxDate } from '@countinghouse/kernel';
import { AppClock, Audit, Database, groupedBy, IssuerToday, realIssuersToday, systemActor, Tx } from '@countinghouse/platform';
import { decideOverdue, OverdueDecision } from '../domain/overdue-policy';
import { InvoiceNews, contractsOutOfGrace, lifeChangesOf, markSuspended, noteInvoices, OVERDUE_POLICY_ACTOR, overdueInvoicesOf, policiesOf, PolicyRow } from '../persistence/overdue.queries';
import { lockContracts } from '../persistence/rating.queries';
import { appendContractChanges } from '../persistence/timeline.queries';

/** A day on which something happened to a contract, or on which it is looked at. */
export interface ContractDay {
  readonly contractId: ContractId;
  readonly day: LocalDate;
}

interface Decided {
  readonly policy: PolicyRow;
  readonly decision: OverdueDecision;
  readonly reason: string;
}

const CONTRACTS_AT_ONCE = 500;
const NUMBERS_IN_REASON = 5;

@Injectable()
export class ApplyOverduePolicy {
  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
    private readonly audit: Audit,
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
    const ids = [...dayOf.keys()];
    await lockContracts(tx, ids);
    const policies = await policiesOf(tx, ids);
    const invoices = groupedBy(await overdueInvoicesOf(tx, ids), 'contractId');
    const changes = groupedBy(await lifeChangesOf(tx, ids), 'contractId');
    const decided = policies.flatMap((policy) => {
      const { contractId } = policy;
      const decision = decideOverdue(dayOf.get(contractId)!, policy, invoices.get(contractId) ?? [], changes.get(contractId) ?? []);
      return decision === undefined ? [] : [{ policy, decision, reason: reasonOf(decision) }];
    });
    await this.record(tx, decided);
    return decided.filter(({ decision }) => decision.kind !== 'stay').length;
  }

  /** The reason of a suspension names its invoices, so contracts of different ones are appended apart; few are decided at once. */
  private async record(tx: Tx, decided: readonly Decided[]): Promise<void> {
    for (const [reason, same] of groupedBy(decided.filter(({ decision }) => decision.kind !== 'stay'), 'reason')) {
      const changes = same.map(({ policy: { contractId, bills }, decision: { kind, effectiveOn } }) => ({
        contractId,
        change: kind === 'suspend' ? { kind, effectiveOn, bills } : { kind: 'resume' as const, effectiveOn },
      }));
      await appendContractChanges(tx, changes, { by: OVERDUE_POLICY_ACTOR, reason });
      await this.audit.record(
        tx,
        systemActor('overdue-policy'),
        same.map(({ policy: { contractId, issuerId }, decision: { kind, effectiveOn } }) => ({
          action: `subscriptions.${kind}-contract`, subjectType: 'contract', subjectId: contractId, issuerId, reason, change: { effectiveOn },
        })),
      );
    }
    await markSuspended(
      tx,
      decided.flatMap(({ policy: { contractId }, decision }) =>
        decision.kind !== 'resume' ? decision.because.map(({ invoiceId }) => ({ contractId, invoiceId, on: decision.effectiveOn })) : [],
      ),
    );
  }
}

function reasonOf(decision: OverdueDecision): string {
  if (decision.kind === 'resume') return 'nothing is overdue any more';
  const numbers = decision.because.map(({ number }) => number);
  const named = numbers.slice(0, NUMBERS_IN_REASON).join(', ');
  const more = numbers.length - NUMBERS_IN_REASON;
  return `${named}${more > 0 ? ` and ${more} more` : ''} ${numbers.length === 1 ? 'is' : 'are'} overdue`;
}
