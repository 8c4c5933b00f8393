// How an amount came about, in one line that stands on the charge. Short and the same for the same facts.
import { addDays, Currency, DateRange, dayOfMonth, days, LocalDate, monthOf, PlanId, tryDecimal, yearOf } from '@countinghouse/kernel';
import { NewCharge } from './difference';
import { amountText, counted } from './price-model';
import { Rate, sameRate } from './rated-stretch';

export interface Explained {
  readonly currency: Currency;
  planName(id: PlanId): string;
  /** Why a day that was charged owes nothing any more, such as `paused`. */
  whyNotOwed(day: LocalDate): string;
}

/**
 * `120 people × 10.00, 10 of 30 days` on a first charge. A correction says what has changed first, on its credit and on its
 * charge: `+20 people from 11 to 20 June: 120 people × 10.00, 10 of 30 days`, `Silver → Gold from 11 June: less 19.99`.
 */
export function explain(charge: NewCharge, context: Explained): string {
  const { kind, corrects, rate, instead, start } = charge;
  if (kind === 'charge' && corrects === null) return `${rate.words}${share(charge)}`;
  if (kind === 'charge') return `${instead === null ? 'owed' : change(instead, rate, context)} ${when(charge)}: ${rate.words}${share(charge)}`;
  const why = instead === null ? context.whyNotOwed(start) : change(rate, instead, context);
  return `${why} ${when(charge)}: ${takenBack(rate, context.currency)}${share(charge)}`;
}

/** What a new rate has that the old one had not; the first thing that differs, the plan before its price. */
function change(from: Rate, to: Rate, { currency, planName }: Explained): string {
  if (from.planId !== to.planId && from.planId !== null && to.planId !== null) return `${planName(from.planId)} → ${planName(to.planId)}`;
  if (from.payerType !== to.payerType) return to.payerType === 'company' ? 'card → payroll' : 'payroll → card';
  if (from.taxCategory !== to.taxCategory) return `tax ${from.taxCategory} → ${to.taxCategory}`;
  if (from.taxInclusive !== to.taxInclusive) return to.taxInclusive ? 'tax included' : 'tax not included';
  if (from.unitPriceMinor === to.unitPriceMinor && from.quantity !== to.quantity) return moreOrFewer(from.quantity, to.quantity, to.counts ?? from.counts ?? '');
  if (sameRate(from, to)) return 'another billing period';
  const [old, now] = from.unitPriceMinor === to.unitPriceMinor ? [from.totalMinor, to.totalMinor] : [from.unitPriceMinor, to.unitPriceMinor];
  return `${amountText(old, currency)} → ${amountText(now, currency)}`;
}

/** `+20 people`, `+1 person`, `−0.5 people`. */
function moreOrFewer(from: string, to: string, counts: string): string {
  const [a, b] = [tryDecimal(from)!, tryDecimal(to)!];
  const scale = Math.max(a.scale, b.scale);
  const step = Number(b.unscaled * 10n ** BigInt(scale - b.scale) - a.unscaled * 10n ** BigInt(scale - a.scale)) / 10 ** scale;
  return counted(`${step < 0 ? '−' : '+'}${Math.abs(step)}`, counts);
}

/** A rate on record has no words left: `less 100 × 10.00`, `without the 50.00 off`. */
function takenBack({ quantity, unitPriceMinor, totalMinor }: Rate, currency: Currency): string {
  if (totalMinor < 0n) return `without the ${amountText(-totalMinor, currency)} off`;
  return `less ${quantity === '1' ? amountText(totalMinor, currency) : `${quantity} × ${amountText(unitPriceMinor, currency)}`}`;
}

/** `, 10 of 30 days`, or nothing for a whole period. */
function share({ start, end, period }: NewCharge): string {
  if (start === period.start && end === period.end) return '';
  const whole = days(period);
  return `, ${days({ start, end })} of ${whole} ${whole === 1 ? 'day' : 'days'}`;
}

/** `from 11 to 20 June`, `on 11 June`, or `from 11 June` up to the end of the period. */
function when({ start, end, period }: NewCharge): string {
  if (end === period.end) return `from ${dayText(start)}`;
  const last = addDays(end, -1);
  if (start === last) return `on ${dayText(start)}`;
  return `from ${fromText({ start, end: last })} to ${dayText(last)}`;
}

/** Only as much of the first day as the last day does not say. */
function fromText({ start, end }: DateRange): string {
  if (yearOf(start) !== yearOf(end)) return `${dayText(start)} ${yearOf(start)}`;
  return monthOf(start) === monthOf(end) ? String(dayOfMonth(start)) : dayText(start);
}

function dayText(day: LocalDate): string {
  return `${dayOfMonth(day)} ${MONTHS[monthOf(day) - 1]}`;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
