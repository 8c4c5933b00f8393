// What an unpaid invoice does to a contract: whether it is suspended for it, or goes on because nothing is overdue any more.
import { addDays, LocalDate, maxDate } from '@countinghouse/kernel';

/** A change of the contract's life or suspension, with who recorded it. */
export interface LifeChange {
  readonly seq: number;
  readonly effectiveOn: LocalDate;
  readonly kind: 'start' | 'end' | 'suspend' | 'resume';
  /** Whether this policy recorded it, and not a person. */
  readonly byPolicy: boolean;
}

/** An invoice of the contract that was told overdue. */
export interface OverdueInvoice {
  readonly invoiceId: string;
  readonly number: string;
  readonly dueOn: LocalDate;
  readonly settledOn: LocalDate | null;
  /** The day on which the contract was suspended for it; it is not suspended for it a second time. */
  readonly suspendedOn: LocalDate | null;
}

export interface OverduePolicy {
  readonly policy: 'none' | 'suspend';
  /** How many days after the due day the contract is left alone. */
  readonly graceDays: number;
}

export type OverdueDecision =
  | { readonly kind: 'suspend'; readonly effectiveOn: LocalDate; readonly because: readonly OverdueInvoice[] }
  /** It is suspended already, for these invoices as well from now on. */
  | { readonly kind: 'stay'; readonly effectiveOn: LocalDate; readonly because: readonly OverdueInvoice[] }
  | { readonly kind: 'resume'; readonly effectiveOn: LocalDate };

/**
 * Pure; undefined when all is as it should be, so that deciding twice changes nothing.
 *
 * Two wills meet in one timeline, where the latest change decides. So what persons have recorded is folded by itself: a
 * contract that they keep suspended is neither suspended again nor resumed by a payment, and one that they have resumed
 * although it was overdue is left alone until another invoice falls overdue.
 * @param day the issuer's day on which something happened; a change is never dated before one that it takes back
 */
export function decideOverdue(day: LocalDate, policy: OverduePolicy, invoices: readonly OverdueInvoice[], changes: readonly LifeChange[]): OverdueDecision | undefined {
  const at = changes.filter((change) => change.byPolicy).reduce((latest, change) => maxDate(latest, change.effectiveOn), day);
  const suspensions = changes.filter(({ kind }) => kind === 'suspend' || kind === 'resume');
  if (lastOn(suspensions.filter(({ byPolicy }) => !byPolicy), at)?.kind === 'suspend') return undefined;

  const unpaid = policy.policy === 'suspend' ? invoices.filter(({ settledOn }) => settledOn === null) : [];
  const isSuspended = lastOn(suspensions, at)?.kind === 'suspend';
  if (isSuspended && unpaid.length === 0) return { kind: 'resume', effectiveOn: at };
  if (lastOn(changes.filter(({ kind }) => kind === 'start' || kind === 'end'), at)?.kind !== 'start') return undefined;
  const because = unpaid.filter(({ dueOn }) => addDays(dueOn, policy.graceDays) < day);
  if (because.every(({ suspendedOn }) => suspendedOn !== null)) return undefined;
  return { kind: isSuspended ? 'stay' : 'suspend', effectiveOn: at, because };
}

function lastOn(changes: readonly LifeChange[], day: LocalDate): LifeChange | undefined {
  let last: LifeChange | undefined;
  for (const change of changes) {
    if (change.effectiveOn > day) continue;
    if (last === undefined || change.effectiveOn > last.effectiveOn || (change.effectiveOn === last.effectiveOn && change.seq > last.seq)) last = change;
  }
  return last;
}
