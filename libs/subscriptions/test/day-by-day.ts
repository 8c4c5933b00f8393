// The oracle of rating: what is owed, read from the rules day by day and unit by unit, and written apart from the code it checks.
import { Temporal } from 'temporal-polyfill';

export type Day = string;

/** Everything that is on record about one contract, as plain rows: whatever changes, a row is added. */
export interface Business {
  readonly contract: ContractRow[];
  readonly enrolment: EnrolmentRow[];
  readonly components: ComponentRow[];
  readonly fees: FeeRow[];
  readonly headcount: { on: Day; change: number }[];
  readonly prices: PriceRow[];
  readonly taxes: { plan: string; from: Day; category: string }[];
  readonly subsidies: SubsidyRow[];
}
interface Row {
  readonly on: Day;
}
export type ContractRow = Row &
  (
    | { kind: 'start' | 'end' | 'resume' }
    | { kind: 'suspend'; bills: boolean }
    | { kind: 'cycle'; day: number; months: number; anchorOn: Day | null }
    | { kind: 'term'; endsOn: Day | null }
    | { kind: 'zone'; zone: string }
  );
export type EnrolmentRow = Row & ({ kind: 'start' | 'plan'; plan: string } | { kind: 'end' | 'pause' | 'resume' | 'trial' | 'trial-end' | 'payroll' | 'card' });
export interface TierRow {
  readonly upTo: number | null;
  readonly unit: bigint;
  readonly flat: bigint;
}
export type ComponentRow = { readonly id: string; readonly timing: 'advance' | 'arrears'; readonly target: string | null } & {
  readonly kind: 'access-fee' | 'one-off' | 'percent-discount' | 'amount-discount' | 'cap' | 'commitment';
};
export interface TermsRow {
  readonly model: 'flat' | 'perUnit' | 'graduated' | 'volume' | 'package';
  readonly measure: 'daily' | 'periodStart' | 'peak' | 'average' | 'periodEnd';
  readonly onDecrease: 'credit' | 'none';
  /** Price, unit price, price of a package, amount of an adjustment. */
  readonly amount: bigint;
  readonly size: number;
  readonly tiers: readonly TierRow[];
  /** Tenths of a percent. */
  readonly permille: number;
  readonly periods: number | null;
  readonly per: 'period' | 'term';
}
export type FeeRow = Row & { readonly component: string; readonly terms: TermsRow | null };
export interface PriceRow {
  readonly plan: string;
  readonly from: Day;
  readonly months: number;
  readonly appliesTo: 'new-contracts' | 'all-at-next-period' | 'all-from-date';
  readonly amount: bigint;
}
export interface SubsidyRow {
  /** Null: for all plans without a rule of their own. */
  readonly plan: string | null;
  readonly from: Day;
  readonly fixed: bigint | null;
  readonly permille: number;
  readonly cap: bigint | null;
}

/** One day of a component: what it costs on that day, and when it is billed. */
export interface OracleDay {
  readonly day: Day;
  readonly amount: bigint;
  readonly dueOn: Day;
  readonly payer: 'company' | 'member';
}

/** A day with the whole period it belongs to, and the number of the (perhaps clipped) period it lies in. */
interface Calendar {
  readonly day: Day;
  readonly owes: boolean;
  readonly months: number;
  readonly wholeStart: Day;
  readonly wholeEnd: Day;
  readonly period: number;
}

export class DayByDay {
  private readonly calendar: Calendar[] = [];
  private readonly counts = new Map<Day, number>();
  private readonly byPeriod: Calendar[][] = [];

  /** @param days how many days from the first cycle on */
  constructor(private readonly business: Business, days: number) {
    const first = business.contract.filter((row) => row.kind === 'cycle').map((row) => row.on).sort()[0]!;
    let cycleBefore = '';
    for (let index = 0; index < days; index++) {
      const day = plus(first, index);
      const cycle = decides(business.contract, day, 'cycle') as Extract<ContractRow, { kind: 'cycle' }>;
      const phase = monthsOf(cycle.anchorOn ?? cycle.on) % cycle.months;
      const [wholeStart, wholeEnd] = wholePeriod(day, cycle.day, cycle.months, phase);
      const last = this.calendar[index - 1];
      const cycleNow = `${cycle.day} ${cycle.months} ${phase}`;
      const period = last === undefined ? 0 : last.wholeStart === wholeStart && cycleNow === cycleBefore ? last.period : last.period + 1;
      this.calendar.push({ day, owes: this.contractOwes(day), months: cycle.months, wholeStart, wholeEnd, period });
      cycleBefore = cycleNow;
      this.counts.set(day, business.headcount.reduce((sum, row) => (row.on <= day ? sum + row.change : sum), 0));
    }
  }

  enrolment(timing: 'advance' | 'arrears'): { company: OracleDay[]; member: OracleDay[] } {
    const company: OracleDay[] = [];
    const member: OracleDay[] = [];
    for (const today of this.calendar) {
      const { day } = today;
      const rows = this.business.enrolment;
      const plan = (decides(rows, day, 'start', 'plan') as { plan?: string } | undefined)?.plan;
      const runs = decides(rows, day, 'start', 'end')?.kind === 'start';
      const paused = decides(rows, day, 'pause', 'resume')?.kind === 'pause';
      const tries = decides(rows, day, 'trial', 'trial-end')?.kind === 'trial';
      if (!today.owes || !runs || paused || tries || plan === undefined) continue;
      const whole = this.priceOn(plan, today);
      const share = this.shareOn(plan, today, whole);
      const dueOn = this.dueOn(today.period, timing);
      const [wholeToday, shareToday] = [ofDay(whole, today), ofDay(share, today)];
      if (share !== 0n) company.push({ day, amount: shareToday, dueOn, payer: 'company' });
      const payer = decides(rows, day, 'payroll', 'card')?.kind === 'payroll' ? 'company' : 'member';
      if (whole !== share) member.push({ day, amount: wholeToday - shareToday, dueOn, payer });
    }
    return { company, member };
  }

  /** What the list price of the enrolled plan comes to on a day it is owed. */
  listPrice(day: Day): bigint {
    const today = this.calendar.find((one) => one.day === day)!;
    const { plan } = decides(this.business.enrolment, day, 'start', 'plan') as { plan: string };
    return ofDay(this.priceOn(plan, today), today);
  }

  components(): Map<string, OracleDay[]> {
    const owed = new Map<string, OracleDay[]>();
    const { components } = this.business;
    for (const component of components) if (component.kind === 'access-fee') owed.set(component.id, this.accessFee(component));
    for (const component of components) if (component.kind === 'one-off') owed.set(component.id, this.oneOff(component));
    const left = (target: string | null, days: ReadonlySet<Day>) =>
      components
        .filter((one) => target === null || one.id === target || one.target === target)
        .flatMap((one) => (owed.get(one.id) ?? []).filter(({ day }) => days.has(day)))
        .reduce((sum, { amount }) => sum + amount, 0n);

    const adjust = (component: ComponentRow, window: { days: Calendar[]; wholeStart: Day; wholeEnd: Day; dueOn: Day }, per: 'period' | 'term') => {
      const inForce = window.days.filter((today) => {
        const terms = today.owes ? this.termsOn(component.id, today) : undefined;
        return terms !== undefined && (component.kind === 'amount-discount' ? 'period' : terms.per) === per;
      });
      if (inForce.length === 0) return;
      const whole = { wholeStart: window.wholeStart, wholeEnd: window.wholeEnd };
      const share = inForce.reduce((sum, today) => sum + ofDay(this.termsOn(component.id, today)!.amount, { ...whole, day: today.day }), 0n);
      const days = new Set(window.days.map(({ day }) => day));
      let base = left(component.target, days);
      const all = left(null, days);
      let total = 0n;
      if (component.kind !== 'commitment' && all < base) base = all;
      if (component.kind === 'amount-discount') total = -(share < base ? share : base);
      if (component.kind === 'cap' && base > share) total = share - base;
      if (component.kind === 'commitment' && base < share) total = share - base;
      if (total === 0n) return;
      const [first, last] = [inForce[0]!.day, inForce[inForce.length - 1]!.day];
      const period = { wholeStart: first, wholeEnd: plus(last, 1) };
      const owedDays = owed.get(component.id) ?? [];
      for (let day = first; day <= last; day = plus(day, 1)) owedDays.push({ day, amount: ofDay(total, { ...period, day }), dueOn: window.dueOn, payer: 'company' });
      owed.set(component.id, owedDays);
    };
    const ordered = (['amount-discount', 'cap', 'commitment'] as const).flatMap((kind) => {
      const ofKind = components.filter((one) => one.kind === kind).sort((a, b) => (a.id < b.id ? -1 : 1));
      return [...ofKind.filter((one) => one.target !== null), ...ofKind.filter((one) => one.target === null)];
    });
    for (const days of this.periods()) {
      const { wholeStart, wholeEnd, period } = days[0]!;
      for (const one of ordered) adjust(one, { days, wholeStart, wholeEnd, dueOn: this.dueOn(period, one.kind === 'commitment' ? 'arrears' : one.timing) }, 'period');
    }
    for (const term of this.terms()) {
      const days = this.calendar.filter(({ day }) => term.start <= day && day < term.end);
      for (const one of ordered) adjust(one, { days, wholeStart: term.start, wholeEnd: term.end, dueOn: term.end }, 'term');
    }
    return owed;
  }

  private contractOwes(day: Day): boolean {
    const suspended = decides(this.business.contract, day, 'suspend', 'resume');
    return decides(this.business.contract, day, 'start', 'end')?.kind === 'start' && !(suspended?.kind === 'suspend' && !suspended.bills);
  }

  private firstDayInForce(): Day {
    const days = this.business.contract.map((row) => row.on).sort();
    return days.find((day) => decides(this.business.contract, day, 'start', 'end')?.kind === 'start') ?? '9999-12-31';
  }

  private periods(): Calendar[][] {
    if (this.byPeriod.length === 0) for (const today of this.calendar) (this.byPeriod[today.period] ??= []).push(today);
    return this.byPeriod;
  }

  private dueOn(period: number, timing: 'advance' | 'arrears'): Day {
    const days = this.periods()[period]!;
    return timing === 'advance' ? days[0]!.day : plus(days[days.length - 1]!.day, 1);
  }

  /** Terms that follow one another: what is recorded while one runs changes its end, what is recorded later begins the next. */
  private terms(): { start: Day; end: Day }[] {
    const terms: { start: Day; end: Day | null }[] = [];
    let before: Day | null | undefined;
    for (const day of [...new Set(this.business.contract.map((row) => row.on))].sort()) {
      const row = decides(this.business.contract, day, 'term') as { endsOn: Day | null } | undefined;
      if ((row?.endsOn ?? null) === before) continue;
      before = row?.endsOn ?? null;
      const last = terms[terms.length - 1];
      if (last !== undefined && (last.end === null || last.end > day)) last.end = before;
      else terms.push({ start: last === undefined && day < this.firstDayInForce() ? this.firstDayInForce() : day, end: before });
    }
    return terms.filter((term): term is { start: Day; end: Day } => term.end !== null && term.start < term.end);
  }

  private priceOn(plan: string, { day, months }: Calendar): bigint {
    let best: { months: number; since: Day; amount: bigint } | undefined;
    for (const price of this.business.prices.filter((one) => one.plan === plan)) {
      if (months % price.months !== 0) continue;
      let since: Day = price.from;
      if (price.appliesTo === 'new-contracts' && this.firstDayInForce() < price.from) continue;
      if (price.appliesTo === 'all-at-next-period') {
        since = this.calendar.find((today, index) => today.day >= price.from && this.calendar[index - 1]?.period !== today.period)?.day ?? '9999-12-31';
      }
      if (since > day) continue;
      if (best === undefined || price.months > best.months || (price.months === best.months && since >= best.since)) best = { months: price.months, since, amount: price.amount };
    }
    return best!.amount * BigInt(months / best!.months);
  }

  private shareOn(plan: string, { day, months }: Calendar, whole: bigint): bigint {
    const latest = (rows: readonly SubsidyRow[]) => {
      let found: SubsidyRow | undefined;
      for (const row of rows) if (row.from <= day && (found === undefined || row.from >= found.from)) found = row;
      return found;
    };
    const rule = latest(this.business.subsidies.filter((row) => row.plan === plan)) ?? latest(this.business.subsidies.filter((row) => row.plan === null));
    if (rule === undefined) return 0n;
    let share = rule.fixed === null ? half(whole * BigInt(rule.permille), 1000n) : rule.fixed * BigInt(months);
    if (rule.cap !== null && share > rule.cap * BigInt(months)) share = rule.cap * BigInt(months);
    return share > whole ? whole : share;
  }

  /** The terms agreed for a component on a day; undefined after its end, before its start and after its number of periods. */
  private termsOn(component: string, { day, period }: Calendar): TermsRow | undefined {
    let row: FeeRow | undefined;
    for (const one of this.business.fees) if (one.component === component && one.on <= day && (row === undefined || one.on >= row.on)) row = one;
    if (row === undefined || row.terms === null) return undefined;
    const { kind } = this.business.components.find(({ id }) => id === component)!;
    if (row.terms.periods === null || (kind !== 'percent-discount' && kind !== 'amount-discount')) return row.terms;
    const since = row.on < this.firstDayInForce() ? this.firstDayInForce() : row.on;
    const begun = this.calendar.find((one) => one.day === since)?.period ?? 0;
    return period - begun < row.terms.periods ? row.terms : undefined;
  }

  private accessFee(component: ComponentRow): OracleDay[] {
    const owed: OracleDay[] = [];
    for (const days of this.periods()) {
      const inForce = days.filter((today) => today.owes && this.termsOn(component.id, today) !== undefined);
      for (const today of inForce) {
        const terms = this.termsOn(component.id, today)!;
        const counts = inForce.map(({ day }) => this.counts.get(day)!);
        const index = inForce.indexOf(today);
        const tenThousandths = {
          daily: () => BigInt(terms.onDecrease === 'none' ? Math.max(...counts.slice(0, index + 1)) : counts[index]!) * 10_000n,
          periodStart: () => BigInt(counts[0]!) * 10_000n,
          periodEnd: () => BigInt(counts[counts.length - 1]!) * 10_000n,
          peak: () => BigInt(Math.max(...counts)) * 10_000n,
          average: () => half(BigInt(counts.reduce((sum, count) => sum + count, 0)) * 10_000n, BigInt(counts.length)),
        }[terms.measure]();
        const list = totalOf(terms, tenThousandths, today.months);
        const off = this.permilleOff(component.id, today);
        const total = list - half(list * BigInt(off), 1000n);
        if (total !== 0n) owed.push({ day: today.day, amount: ofDay(total, today), dueOn: this.dueOn(today.period, component.timing), payer: 'company' });
      }
    }
    return owed;
  }

  private oneOff(component: ComponentRow): OracleDay[] {
    return this.calendar.flatMap((today) => {
      const [terms, before] = [this.termsOn(component.id, today), this.termsOn(component.id, { ...today, day: plus(today.day, -1) })];
      if (terms === undefined || before !== undefined || !today.owes) return [];
      const total = terms.amount - half(terms.amount * BigInt(this.permilleOff(component.id, today)), 1000n);
      return total === 0n ? [] : [{ day: today.day, amount: total, dueOn: today.day, payer: 'company' as const }];
    });
  }

  private permilleOff(component: string, today: Calendar): number {
    const discounts = this.business.components.filter((one) => one.kind === 'percent-discount' && (one.target === null || one.target === component));
    return Math.min(1000, discounts.reduce((sum, { id }) => sum + (this.termsOn(id, today)?.permille ?? 0), 0));
  }
}

/** Of the rows of some kinds, the one of the latest day up to the given one, and of that day the last one added. */
function decides<R extends { on: Day; kind: string }>(rows: readonly R[], day: Day, ...kinds: readonly R['kind'][]): R | undefined {
  let found: R | undefined;
  for (const row of rows) if (kinds.includes(row.kind) && row.on <= day && (found === undefined || row.on >= found.on)) found = row;
  return found;
}

/** Unit by unit, as the price list would be read aloud. */
function totalOf(terms: TermsRow, tenThousandths: bigint, months: number): bigint {
  const times = BigInt(months);
  const [wholes, rest] = [Number(tenThousandths / 10_000n), tenThousandths % 10_000n];
  if (terms.model === 'flat') return terms.amount * times;
  if (terms.model === 'perUnit') return half(tenThousandths * terms.amount * times, 10_000n);
  if (terms.model === 'package') {
    let packages = 0n;
    for (let people = 0; BigInt(people) * 10_000n < tenThousandths; people += terms.size) packages++;
    return packages * terms.amount * times;
  }
  if (tenThousandths === 0n) return 0n;
  const tierOf = (unit: number) => terms.tiers.findIndex(({ upTo }) => upTo === null || unit <= upTo);
  if (terms.model === 'volume') {
    const tier = terms.tiers[tierOf(rest === 0n ? wholes : wholes + 1)]!;
    return half(times * (tenThousandths * tier.unit + 10_000n * tier.flat), 10_000n);
  }
  let total = 0n;
  let reached = -1;
  for (let unit = 1; unit <= wholes + (rest === 0n ? 0 : 1); unit++) {
    const tier = tierOf(unit);
    if (tier !== reached) total += 10_000n * terms.tiers[tier]!.flat;
    reached = tier;
    total += (unit <= wholes ? 10_000n : rest) * terms.tiers[tier]!.unit;
  }
  return half(total * times, 10_000n);
}

/** What one day earns of a period's total. */
function ofDay(total: bigint, { day, wholeStart, wholeEnd }: { day: Day; wholeStart: Day; wholeEnd: Day }): bigint {
  const all = BigInt(between(wholeStart, wholeEnd));
  const gone = BigInt(between(wholeStart, day));
  return half(total * (gone + 1n), all) - half(total * gone, all);
}

/** Half away from zero. */
function half(numerator: bigint, denominator: bigint): bigint {
  const sign = numerator < 0n ? -1n : 1n;
  return (sign * (2n * sign * numerator + denominator)) / (2n * denominator);
}

const PERIODS = new Map<string, [Day, Day]>();
function wholePeriod(day: Day, anchorDay: number, months: number, phase: number): [Day, Day] {
  const key = `${day} ${anchorDay} ${months} ${phase}`;
  const known = PERIODS.get(key);
  if (known !== undefined) return known;
  const boundary = (month: number) => {
    const first = Temporal.PlainDate.from({ year: Math.floor(month / 12), month: (month % 12) + 1, day: 1 });
    return first.with({ day: Math.min(anchorDay, first.daysInMonth) }).toString();
  };
  let month = monthsOf(day) + months;
  while (month % months !== phase || boundary(month) > day) month--;
  const period: [Day, Day] = [boundary(month), boundary(month + months)];
  PERIODS.set(key, period);
  return period;
}

function monthsOf(day: Day): number {
  const { year, month } = Temporal.PlainDate.from(day);
  return year * 12 + month - 1;
}

/** Days as numbers are looked up often. */
const EPOCH = Temporal.PlainDate.from('2025-01-01');
const KNOWN = new Map<Day, number>();
const NAMED = new Map<number, Day>();
function indexOf(day: Day): number {
  let index = KNOWN.get(day);
  if (index === undefined) KNOWN.set(day, (index = EPOCH.until(day, { largestUnit: 'day' }).days));
  return index;
}
export function plus(day: Day, days: number): Day {
  const index = indexOf(day) + days;
  let name = NAMED.get(index);
  if (name === undefined) NAMED.set(index, (name = EPOCH.add({ days: index }).toString()));
  return name;
}
function between(from: Day, to: Day): number {
  return indexOf(to) - indexOf(from);
}
