// The timeline of a contract: what each kind of change says about its life, suspension, cycle, zone and term.
import { LocalDate, monthNumber } from '@countinghouse/kernel';
import { Change, stateStretches, StateStretch } from './timeline';

/** One recorded change of a contract, in force from `effectiveOn` on. */
export type ContractChange = { readonly seq: number; readonly effectiveOn: LocalDate } & (
  | { readonly kind: 'start' | 'end' | 'resume' }
  /** `bills`: whether the days suspended are owed all the same. */
  | { readonly kind: 'suspend'; readonly bills: boolean }
  /**
   * Periods of so many months that begin on the anchor day (or the last day of a shorter month). One of them begins in the
   * month of `anchorOn`, or of `effectiveOn` if that is null: calendar quarters are anchored on a day of January.
   */
  | { readonly kind: 'cycle'; readonly anchorDay: number; readonly cycleMonths: number; readonly anchorOn: LocalDate | null }
  | { readonly kind: 'zone'; readonly timeZone: string }
  /** The day after the last of the term; null while the term is open. */
  | { readonly kind: 'term'; readonly termEndsOn: LocalDate | null }
);

/** A contract on a day. Each property is an aspect, which changes of its own decide. */
export interface ContractState {
  readonly inForce: boolean;
  readonly suspension: 'none' | 'billed' | 'unbilled';
  /** The cycle; null until it is first set. */
  readonly anchorDay: number | null;
  readonly cycleMonths: number | null;
  /** The kernel's month number of a month in which a period begins, modulo the cycle's months: equal cycles are the same. */
  readonly anchorMonth: number | null;
  readonly timeZone: string | null;
  readonly termEndsOn: LocalDate | null;
}

const BEFORE: ContractState = {
  inForce: false, suspension: 'none', anchorDay: null, cycleMonths: null, anchorMonth: null, timeZone: null, termEndsOn: null,
};

/** The states of the contract in order, from its first change on. */
export function contractStretches(changes: readonly ContractChange[]): StateStretch<ContractState>[] {
  return stateStretches(BEFORE, changes.map(aspectsOf));
}

function aspectsOf(change: ContractChange): Change<ContractState> {
  return { seq: change.seq, effectiveOn: change.effectiveOn, sets: setBy(change) };
}

function setBy(change: ContractChange): Partial<ContractState> {
  switch (change.kind) {
    case 'start':
      return { inForce: true };
    case 'end':
      return { inForce: false };
    case 'suspend':
      return { suspension: change.bills ? 'billed' : 'unbilled' };
    case 'resume':
      return { suspension: 'none' };
    case 'cycle': {
      const { anchorDay, cycleMonths, anchorOn, effectiveOn } = change;
      return { anchorDay, cycleMonths, anchorMonth: monthNumber(anchorOn ?? effectiveOn) % cycleMonths };
    }
    case 'zone':
      return { timeZone: change.timeZone };
    case 'term':
      return { termEndsOn: change.termEndsOn };
  }
}

/** Whether fees and enrolments of the contract are owed on such a day. */
export function contractOwes({ inForce, suspension }: ContractState): boolean {
  return inForce && suspension !== 'unbilled';
}
