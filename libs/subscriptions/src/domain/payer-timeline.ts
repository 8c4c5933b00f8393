// Who pays on which days: what nobody has been charged for goes to the payer of its day.
import { DateRange } from '@countinghouse/kernel';
import { Payer } from './charged';
import { NewCharge } from './difference';
import { firstEndingAfter, overlay } from './overlay';
import { amountOf } from './rated-stretch';

/** The company that is invoiced for another on the days. */
export interface PayerStretch extends DateRange {
  readonly payerId: string;
}

/** The payers of a component, by what kind of payer its rates ask. */
export interface Payers {
  /** By ascending day; on days before, after and between them the company pays for itself. */
  readonly company: readonly PayerStretch[];
  readonly companyItself: string;
  readonly member: string | null;
}

export interface PaidCharge extends NewCharge {
  readonly payer: Payer;
}

/**
 * The charges with their payers. A correction stays with the payer of the charge it corrects; what is charged to a kind of
 * payer for the first time is cut where the company's payer changes, so that a company that moves takes its future days only.
 */
export function withPayers(charges: readonly NewCharge[], payers: Payers): PaidCharge[] {
  return charges.flatMap((charge): PaidCharge[] => {
    const { payer } = charge;
    if (payer !== null) return [{ ...charge, payer }];
    if (charge.rate.payerType === 'member') return [{ ...charge, payer: { type: 'member', id: payers.member! } }];
    const one = payers.company[firstEndingAfter(payers.company, charge.start)];
    if (one === undefined) return [{ ...charge, payer: { type: 'company', id: payers.companyItself } }];
    if (one.start <= charge.start && charge.end <= one.end) return [{ ...charge, payer: { type: 'company', id: one.payerId } }];
    return overlay(charge, payers.company).map(({ start, end, on }) => {
      const part = { ...charge, start, end };
      const amountMinor = charge.kind === 'credit' ? -amountOf(part) : amountOf(part);
      return { ...part, amountMinor, payer: { type: 'company', id: on?.payerId ?? payers.companyItself } };
    });
  });
}
