// Why days owe nothing: what to tell on a credit that nothing takes the place of.
import { LocalDate } from '@countinghouse/kernel';
import { contractOwes } from './contract-timeline';
import { EnrolmentState } from './enrolment-timeline';
import { agreedStretches, FeeComponent } from './fee-timeline';
import { RatedContract } from './rated-contract';
import { Facts } from './rated-stretch';
import { stretchOn, StateStretch } from './timeline';

export interface NotOwed {
  /** In a word or two, such as `contract suspended`. */
  readonly why: string;
  readonly facts: Facts;
}

/** Undefined if the contract owes on the day, so that the reason lies with the component. */
export function whyContractOwesNothing({ states, startsOn }: RatedContract, day: LocalDate): NotOwed | undefined {
  const stretch = stretchOn(states, day);
  if (stretch === undefined || !stretch.state.inForce) {
    return { why: day < startsOn ? 'contract not begun' : 'contract ended', facts: { changes: [], contract: stretch?.decidedBy ?? [] } };
  }
  return contractOwes(stretch.state) ? undefined : { why: 'contract suspended', facts: { changes: [], contract: stretch.decidedBy } };
}

/** As {@link whyContractOwesNothing}, for a fee component of the contract. */
export function whyComponentOwesNothing(contract: RatedContract, { changes }: FeeComponent, day: LocalDate): NotOwed {
  const ofContract = whyContractOwesNothing(contract, day);
  if (ofContract !== undefined) return ofContract;
  const agreed = agreedStretches(changes);
  const onDay = agreed.find(({ start, end }) => start <= day && day < end);
  if (onDay !== undefined) return { why: 'nothing owed', facts: { changes: onDay.decidedBy } };
  return { why: agreed[0] === undefined || day < agreed[0].start ? 'not begun' : 'ended', facts: { changes: changes.filter(({ effectiveOn }) => effectiveOn <= day).map(({ seq }) => seq) } };
}

/** As {@link whyContractOwesNothing}, for an enrolment under the contract. */
export function whyEnrolmentOwesNothing(contract: RatedContract, states: readonly StateStretch<EnrolmentState>[], day: LocalDate): NotOwed {
  const stretch = stretchOn(states, day);
  return whyContractOwesNothing(contract, day) ?? { why: reasonOf(stretch?.state), facts: { changes: stretch?.decidedBy ?? [] } };
}

function reasonOf(state: EnrolmentState | undefined): string {
  if (state === undefined) return 'not begun';
  if (!state.running) return 'ended';
  if (state.paused) return 'paused';
  return state.inTrial ? 'in trial' : 'nothing owed';
}
