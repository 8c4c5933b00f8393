// Charged: what the charges on record say, reduced to the one charge in force on each day.
import { DateRange, subtract } from '@countinghouse/kernel';
import { RatedStretch } from './rated-stretch';

/** Who is invoiced. */
export interface Payer {
  readonly type: 'company' | 'member';
  readonly id: string;
}

/** A charge or credit on record. A credit takes back the charge it corrects, on its own stretch. */
export interface ChargeOnRecord extends RatedStretch {
  readonly id: bigint;
  readonly kind: 'charge' | 'credit';
  readonly corrects: bigint | null;
  readonly payer: Payer;
}

/** The days of a charge that no credit has taken back. */
export interface ChargeInForce extends RatedStretch {
  readonly chargeId: bigint;
  readonly payer: Payer;
}

/** The charges of one component in force, by ascending day; the database lets no two share a day. */
export function chargesInForce(records: readonly ChargeOnRecord[]): ChargeInForce[] {
  const credited = new Map<bigint, DateRange[]>();
  for (const { kind, corrects, start, end } of records) {
    if (kind !== 'credit' || corrects === null) continue;
    const ranges = credited.get(corrects);
    if (ranges === undefined) credited.set(corrects, [{ start, end }]);
    else ranges.push({ start, end });
  }
  const inForce: ChargeInForce[] = [];
  for (const { id, kind, payer, period, rate, start, end } of records) {
    if (kind === 'credit') continue;
    const taken = credited.get(id);
    if (taken === undefined) {
      inForce.push({ chargeId: id, payer, period, rate, start, end });
      continue;
    }
    let left: DateRange[] = [{ start, end }];
    for (const range of taken) left = left.flatMap((rest) => subtract(rest, range));
    for (const rest of left) inForce.push({ chargeId: id, payer, period, rate, start: rest.start, end: rest.end });
  }
  return inForce.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}
