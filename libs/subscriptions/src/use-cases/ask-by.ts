// AskBy: from a day on, the member's part is asked of the company, to take it from the salary, or of the member by card.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { askBy } from '../domain/enrolment-acts';
import { HeldContract } from '../persistence/contract.queries';
import { ActedOn, EnrolmentAct, EnrolmentActs } from './enrolment-acts';

export interface AskByInput extends EnrolmentAct {
  readonly payer: 'payroll' | 'card';
  /** Today unless said otherwise. */
  readonly on?: LocalDate;
}

@Injectable()
export class AskBy {
  constructor(private readonly acts: EnrolmentActs) {}

  /** @throws as {@link EnrolmentActs.act}; refuses one by one with PAYROLL_NOT_ALLOWED, ENROLMENT_NOT_RUNNING */
  async execute({ payer, on, ...act }: AskByInput, actor: Actor): Promise<ActedOn> {
    return this.acts.act(`ask-by-${payer}`, act, actor, ({ changes }, contract) => {
      if (payer === 'payroll') refuseNoPayroll(contract);
      return askBy(changes, payer, on ?? contract.today);
    });
  }
}

/** @throws DomainError PAYROLL_NOT_ALLOWED */
export function refuseNoPayroll({ policies, number }: HeldContract): void {
  if (policies.payrollAllowed) return;
  throw new DomainError('PAYROLL_NOT_ALLOWED', `The contract ${number} has no payroll option.`, { field: 'payer', value: 'payroll', remedy: 'Agree it in the contract first.' });
}
