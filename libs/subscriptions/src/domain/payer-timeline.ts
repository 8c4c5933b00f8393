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
  const paid: PaidCharge[] = [];
  const member: Payer | undefined = payers.member === null ? undefined : { type: 'member', id: payers.member };
  for (const charge of charges) {
    if (charge.payer !== null) paid.push(paidBy(charge, charge.payer));
    else if (charge.rate.payerType === 'member' && member !== undefined) paid.push(paidBy(charge, member));
    else addByDay(paid, charge, payers);
  }
  return paid;
}

function addByDay(paid: PaidCharge[], charge: NewCharge, { company, companyItself }: Payers): void {
  const first = company[firstEndingAfter(company, charge.start)];
  if (first === undefined || (first.start <= charge.start && charge.end <= first.end)) {
    paid.push(paidBy(charge, { type: 'company', id: first?.payerId ?? companyItself }));
    return;
  }
  for (const { start, end, on } of overlay(charge, company)) {
    const part = { ...charge, start, end };
    const amountMinor = charge.kind === 'credit' ? -amountOf(part) : amountOf(part);
    paid.push(paidBy({ ...part, amountMinor }, { type: 'company', id: on?.payerId ?? companyItself }));
  }
}

/** Written out, because a copy by spreading costs a tenth of all rating. */
function paidBy({ kind, corrects, start, end, period, rate, amountMinor, facts, instead }: NewCharge, payer: Payer): PaidCharge {
  return { kind, corrects, payer, start, end, period, rate, amountMinor, facts, instead };
}
