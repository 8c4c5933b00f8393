// A line for the next document: many charges of one kind and price, added up.
import { addDays, CompanyId, ContractId, Currency, DateRange, decimal, powerOfTen } from '@countinghouse/kernel';
import { Payer } from './charged';
import { TaxCategory } from './rated-stretch';

export interface UnbilledLine {
  readonly payerType: Payer['type'];
  readonly payerId: string;
  readonly contractId: ContractId;
  /** Whose people or contract it is; another than the payer when it pays for others. */
  readonly companyId: CompanyId;
  readonly currency: Currency;
  readonly description: string;
  /** A number as text, negative on a credit; times the unit price it is the amount, exactly. */
  readonly quantity: string;
  /** Minor units; never negative. */
  readonly unitPriceMinor: bigint;
  /** Minor units; never 0, and including the tax if `taxInclusive`. */
  readonly amountMinor: bigint;
  readonly taxInclusive: boolean;
  readonly taxCategory: TaxCategory;
  readonly servicePeriod: DateRange;
  /** How many charges and credits it stands for. */
  readonly chargeCount: number;
  /** The first of them, when they were asked for. */
  readonly chargeIds?: readonly bigint[];
}

/** What a line is about. */
export interface Subject {
  readonly componentType: 'fee' | 'adjustment' | 'enrolment-company' | 'enrolment-member';
  readonly payerType: Payer['type'];
  readonly isCorrection: boolean;
  /** Of the fee component or plan; null where several are added up. */
  readonly name: string | null;
}

/** `Gold, your company's part, 2026-06-01 to 2026-06-30`; the last day is named, not the day after. */
export function describe({ componentType, payerType, isCorrection, name }: Subject, { start, end }: DateRange): string {
  const last = addDays(end, -1);
  const days = start === last ? start : `${start} to ${last}`;
  return `${isCorrection ? 'Correction: ' : ''}${name ?? 'Plans'}${partText(componentType, payerType)}, ${days}`;
}

function partText(componentType: Subject['componentType'], payerType: Payer['type']): string {
  if (componentType === 'enrolment-company') return ", company's part";
  return componentType === 'enrolment-member' && payerType === 'company' ? ", members' part through payroll" : '';
}

/** Charges added up. */
interface Sum {
  readonly quantity: string;
  readonly unitPriceMinor: bigint;
  readonly amountMinor: bigint;
  readonly isWhole: boolean;
}

/**
 * Quantity and unit price whose product is the amount. Whole periods show the list price, or with a percentage off the price
 * that is left. Parts of a period and corrections are no multiple of a unit price; they are one unit at their own amount, so
 * that a reader who multiplies always finds the amount.
 */
export function quantityAndPrice({ quantity, unitPriceMinor, amountMinor, isWhole }: Sum): { quantity: string; unitPriceMinor: bigint } {
  const { unscaled, scale } = decimal(quantity);
  const amount = amountMinor * powerOfTen(scale);
  if (unscaled * unitPriceMinor === amount) return { quantity, unitPriceMinor };
  if (isWhole && unscaled > 0n && amountMinor > 0n && amount % unscaled === 0n) return { quantity, unitPriceMinor: amount / unscaled };
  return amountMinor < 0n ? { quantity: '-1', unitPriceMinor: -amountMinor } : { quantity: '1', unitPriceMinor: amountMinor };
}
