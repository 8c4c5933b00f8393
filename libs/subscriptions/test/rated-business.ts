// The rows of the oracle as rating reads them, and a record of charges that is billed as the database would be.
import { addDays, Currency, decimal, LocalDate, PlanId } from '@countinghouse/kernel';
import { ratedThrough, Timing } from '../src/domain/billing-cycle';
import { ChargeInForce, ChargeOnRecord, chargesInForce } from '../src/domain/charged';
import { ContractChange } from '../src/domain/contract-timeline';
import { difference } from '../src/domain/difference';
import { EnrolmentChange } from '../src/domain/enrolment-timeline';
import { ComponentTerms, ComponentKind } from '../src/domain/fee-terms';
import { FeeComponent } from '../src/domain/fee-timeline';
import { HeadcountStretch } from '../src/domain/headcount-measure';
import { owedEnrolment, OwedEnrolment } from '../src/domain/owed';
import { lookedAtThrough, owedContract } from '../src/domain/owed-contract';
import { FeesTimeline } from '../src/domain/owed-fees';
import { Payers, withPayers } from '../src/domain/payer-timeline';
import { PlanTerms, RateCard, SubsidyVersion } from '../src/domain/rate-card';
import { RatedContract, ratedContract } from '../src/domain/rated-contract';
import { OwedStretch } from '../src/domain/rated-stretch';
import { Business, SubsidyRow, TermsRow } from './day-by-day';

const EUR = 'EUR' as Currency;

/** The timelines of the business as they stand now. */
export function timelinesOf(business: Business): { contract: RatedContract; fees: FeesTimeline; rateCard: RateCard; changes: EnrolmentChange[] } {
  const contract = ratedContract(business.contract.map((row, index) => contractChange(row, index + 1)));
  const components = business.components.map((component): FeeComponent => {
    const { id, kind, timing, target } = component;
    const changes = business.fees
      .filter((row) => row.component === id)
      .map((row, index) => {
        const change = { seq: index + 1, effectiveOn: row.on as LocalDate };
        return row.terms === null ? { ...change, kind: 'end' } : { ...change, kind: 'terms', terms: termsOf(kind, row.terms) };
      });
    return { id, kind, name: id, timing, targetId: target, changes } as FeeComponent;
  });
  const people = headcount(business);
  const subsidies = (plan: string | null) => business.subsidies.flatMap((row, index) => (row.plan === plan ? [subsidy(row, index + 1)] : []));
  const plans = [...new Set(business.prices.map(({ plan }) => plan))].map((plan): PlanTerms => ({
    planId: plan as PlanId,
    code: plan,
    name: plan,
    prices: business.prices
      .filter((price) => price.plan === plan)
      .map(({ from, months, appliesTo, amount }, index) => ({
        id: `${plan} ${index}`, effectiveFrom: from as LocalDate, intervalMonths: months, appliesTo, amountMinor: amount, taxInclusive: true,
      }))
      .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : a.effectiveFrom > b.effectiveFrom ? 1 : 0)),
    taxes: business.taxes.flatMap((tax, index) => (tax.plan === plan ? [{ effectiveFrom: tax.from as LocalDate, seq: index, taxCategory: tax.category as 'standard' }] : [])),
    subsidies: subsidies(plan),
  }));
  return {
    contract,
    fees: { contract, currency: EUR, components, headcount: () => people },
    rateCard: new RateCard(EUR, contract, new Map(plans.map((plan) => [plan.planId, plan])), subsidies(null)),
    changes: business.enrolment.map((row, index) => {
      const change = { seq: index + 1, effectiveOn: row.on as LocalDate };
      return 'plan' in row ? { ...change, kind: row.kind, planId: row.plan as PlanId } : { ...change, kind: row.kind };
    }),
  };
}

/** What is on record of each component, billed as often as one likes. */
export class Ledger {
  readonly records = new Map<string, ChargeOnRecord[]>();

  constructor(private readonly timing: Timing, private readonly payers: Payers = { company: [], companyItself: 'acme', member: 'ana' }) {}

  /** Bills the difference of everything; gives how many charges and credits that made. */
  bill(business: Business, day: string): number {
    const through = day as LocalDate;
    const { contract, fees, rateCard, changes } = timelinesOf(business);
    const begunBy = lookedAtThrough(fees, ({ id }) => this.inForce(id), through);
    const [company, member] = [this.inForce('company'), this.inForce('member')];
    const latest = [company, member].map((charged) => ratedThrough(contract.cycle, this.timing, charged, through)).sort()[1]!;
    const enrolment: OwedEnrolment = owedEnrolment({ contract, timing: this.timing, rateCard, changes }, latest);
    let found = this.record('company', enrolment.company, through) + this.record('member', enrolment.member, through);
    for (const [{ id }, owed] of owedContract(fees, begunBy)) found += this.record(id, owed, through);
    return found;
  }

  inForce(component: string): ChargeInForce[] {
    return chargesInForce(this.records.get(component) ?? []);
  }

  private record(component: string, owed: readonly OwedStretch[], through: LocalDate): number {
    const records = this.records.get(component) ?? [];
    const found = withPayers(difference(owed, this.inForce(component), through), this.payers);
    for (const charge of found) records.push({ ...charge, id: BigInt(records.length + 1) });
    this.records.set(component, records);
    return found.length;
  }
}

export function contractChange(row: Business['contract'][number], seq: number): ContractChange {
  const change = { seq, effectiveOn: row.on as LocalDate };
  switch (row.kind) {
    case 'cycle':
      return { ...change, kind: row.kind, anchorDay: row.day, cycleMonths: row.months, anchorOn: row.anchorOn as LocalDate | null };
    case 'suspend':
      return { ...change, kind: row.kind, bills: row.bills };
    case 'term':
      return { ...change, kind: row.kind, termEndsOn: row.endsOn as LocalDate | null };
    case 'zone':
      return { ...change, kind: row.kind, timeZone: row.zone };
    default:
      return { ...change, kind: row.kind };
  }
}

export function termsOf(kind: ComponentKind, row: TermsRow): ComponentTerms {
  const taxed = { taxInclusive: false, taxCategory: 'standard' } as const;
  const { amount: amountMinor, periods, per } = row;
  switch (kind) {
    case 'access-fee': {
      const common = { ...taxed, measure: row.measure, counted: 'eligible', costCentre: null, onDecrease: row.onDecrease, intervalMonths: 1 } as const;
      if (row.model === 'graduated' || row.model === 'volume') {
        const tiers = row.tiers.map(({ upTo, unit, flat }) => ({ upTo, unitPriceMinor: unit, flatMinor: flat }));
        return { ...common, priceModel: row.model, tiers };
      }
      if (row.model === 'package') return { ...common, priceModel: 'package', packageSize: row.size, unitPriceMinor: amountMinor };
      return { ...common, priceModel: row.model, unitPriceMinor: amountMinor };
    }
    case 'one-off':
      return { ...taxed, unitPriceMinor: amountMinor, quantity: 1 };
    case 'percent-discount':
      return { percent: (row.permille / 10).toFixed(1), periods };
    case 'amount-discount':
      return { ...taxed, amountMinor, periods };
    default:
      return { ...taxed, amountMinor, per };
  }
}

function headcount({ headcount: changes }: Business): HeadcountStretch[] {
  const days = [...new Set(changes.map(({ on }) => on))].sort();
  return days.map((start, index) => ({
    start: start as LocalDate,
    end: (days[index + 1] ?? '9999-12-31') as LocalDate,
    count: changes.reduce((sum, { on, change }) => (on <= start ? sum + change : sum), 0),
  }));
}

function subsidy({ from, fixed, permille, cap }: SubsidyRow, seq: number): SubsidyVersion {
  const effectiveFrom = from as LocalDate;
  if (fixed !== null) return { effectiveFrom, seq, subsidy: { mode: 'fixed', amountMinor: fixed, capMinor: cap } };
  return { effectiveFrom, seq, subsidy: { mode: 'percent', percent: decimal((permille / 10).toFixed(1)), capMinor: cap } };
}

/** Every day from one to another. */
export function* daysBetween(start: LocalDate, end: LocalDate): Iterable<LocalDate> {
  for (let day = start; day < end; day = addDays(day, 1)) yield day;
}
