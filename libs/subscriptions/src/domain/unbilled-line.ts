// A line for the next document: many charges of one kind and price, added up.
import { addDays, CompanyId, ContractId, Currency, DateRange } from '@countinghouse/kernel';
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
  /** A whole number as text, negative on a credit; times the unit price it is the amount, exactly. */
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
}

/** What a line is about. */
export interface Subject {
  readonly componentType: 'fee' | 'enrolment-company' | 'enrolment-member';
  readonly isCorrection: boolean;
  readonly planName: string | null;
}

/** `Gold, your company's part, 2026-06-01 to 2026-06-30`; the last day is named, not the day after. */
export function describe({ componentType, isCorrection, planName }: Subject, { start, end }: DateRange): string {
  const what = componentType === 'fee' ? 'Access fee' : (planName ?? 'Plans');
  const part = componentType === 'enrolment-company' ? `${what}, company's part` : what;
  return `${isCorrection ? 'Correction: ' : ''}${part}, ${start} to ${addDays(end, -1)}`;
}

/**
 * Quantity and unit price whose product is the amount. Parts of a period and corrections are no multiple of a unit price;
 * they are one unit at their own amount, so that a reader who multiplies always finds the amount.
 */
export function quantityAndPrice(quantity: bigint, unitPriceMinor: bigint, amountMinor: bigint): { quantity: string; unitPriceMinor: bigint } {
  if (quantity * unitPriceMinor === amountMinor) return { quantity: quantity.toString(), unitPriceMinor };
  return amountMinor < 0n ? { quantity: '-1', unitPriceMinor: -amountMinor } : { quantity: '1', unitPriceMinor: amountMinor };
}
