// SnapshotRevenue: what each company of a set comes to on a day, by plan and currency, as it was known at an instant.
import { Injectable } from '@nestjs/common';
import { addDays, CompanyId, ContractId, Currency, DomainError, IssuerId, isDomainError, LocalDate, PlanId } from '@countinghouse/kernel';
import { groupedBy, ParkedItem, Reader } from '@countinghouse/platform';
import { FeeComponent, isOfKind } from '../domain/fee-timeline';
import { HeadcountStretch } from '../domain/headcount-measure';
import { Counted } from '../domain/owed-fees';
import { RateCard } from '../domain/rate-card';
import { RatedContract, ratedContract } from '../domain/rated-contract';
import { byMonth, byYear, NOTHING_RECURRING, plus, Recurring, recurring, recurringFees, times } from '../domain/recurring';
import { componentsOfContracts, ContractRow, contractsById, KnownAt, plansById, pricesOf } from '../persistence/rating.queries';
import { AskedCount, contractsOfCompanies, countriesOf, EnrolledCount, enrolledOn, headcountsKnown, RevenueCell } from '../persistence/revenue.queries';

export interface SnapshotTerms {
  readonly issuerId: IssuerId;
  readonly day: LocalDate;
  readonly knownAt: KnownAt;
}

/** A contract in force on the day, rated. */
interface InForce {
  readonly row: ContractRow;
  readonly contract: RatedContract;
  readonly components: readonly FeeComponent[];
}

@Injectable()
export class SnapshotRevenue {
  /**
   * Reads only; about ten statements, whatever the number of companies. Enrolments are counted by contract and plan in one
   * pass, so that a company of 200,000 people costs one row for each plan. A contract that cannot be rated is parked.
   */
  async execute(reader: Reader, companyIds: readonly CompanyId[], { issuerId, day, knownAt }: SnapshotTerms): Promise<{ cells: RevenueCell[]; parked: ParkedItem[] }> {
    const parked: ParkedItem[] = [];
    const contractIds = await contractsOfCompanies(reader, issuerId, companyIds);
    const rows = await contractsById(reader, contractIds, knownAt);
    const components = groupedBy(await componentsOfContracts(reader, [...rows.keys()], knownAt), 'contractId');
    const begun = [...rows.values()].flatMap((row): InForce[] => {
      const contract = parkFailure(parked, row, () => ratedContract(row.changes));
      return contract === undefined || contract.startsOn > day ? [] : [{ row, contract, components: components.get(row.id) ?? [] }];
    });
    const headcountOf = await headcounts(reader, begun, day, knownAt);
    const enrolled = groupedBy(await enrolledOn(reader, begun.map(({ row }) => row.id), day, knownAt), 'contractId');
    const rateCards = await rateCardsOf(reader, begun, [...enrolled.values()].flat(), knownAt);
    const sums = new Sums(await countriesOf(reader, companyIds));
    for (const one of begun) {
      const { row, contract } = one;
      parkFailure(parked, row, () => {
        const fees = recurringFees({ ...one, currency: row.currency, headcount: (counted) => headcountOf(row.companyId, counted) }, day);
        const plans = plansOf(contract, rateCards(one), enrolled.get(row.id) ?? [], day);
        sums.add(row, null, fees.amount, fees.since);
        for (const { planId, amount, since } of plans) sums.add(row, planId, amount, since);
      });
    }
    return { cells: sums.cells(), parked };
  }
}

/** What the enrolments of a contract come to by plan; a contract that owes nothing on the day only says since when they are held. */
function plansOf(contract: RatedContract, rateCard: RateCard, enrolled: readonly EnrolledCount[], day: LocalDate) {
  const isOwing = contract.owing.some(({ start, end }) => start <= day && day < end);
  return enrolled.map(({ planId, count, since }) => {
    if (planId === null || !isOwing) return { planId, amount: NOTHING_RECURRING, since };
    const { company, card } = rateCard.ratesOn(planId, day, addDays(day, 1))[0]!;
    const price = recurring(company.totalMinor + card.totalMinor, contract.cycle.monthsOn(day));
    return { planId, amount: times(price, BigInt(count)), since };
  });
}

/** Amounts of companies by plan and currency, exact until they are all in. */
class Sums {
  private readonly amounts = new Map<string, { companyId: CompanyId; planId: PlanId | null; currency: Currency; amount: Recurring }>();
  private readonly sinces = new Map<string, LocalDate>();

  constructor(private readonly countries: ReadonlyMap<CompanyId, string>) {}

  add({ companyId, currency }: ContractRow, planId: PlanId | null, amount: Recurring, since: LocalDate | undefined): void {
    const customer = `${companyId} ${currency}`;
    const known = this.sinces.get(customer);
    if (since !== undefined && (known === undefined || since < known)) this.sinces.set(customer, since);
    const key = `${customer} ${planId}`;
    const sum = this.amounts.get(key);
    this.amounts.set(key, { companyId, planId, currency, amount: sum === undefined ? amount : plus(sum.amount, amount) });
  }

  /** Those that come to something. */
  cells(): RevenueCell[] {
    return [...this.amounts.values()].flatMap(({ companyId, planId, currency, amount }) => {
      const [monthlyMinor, yearlyMinor] = [byMonth(amount), byYear(amount)];
      if (monthlyMinor === 0n && yearlyMinor === 0n) return [];
      const companySince = this.sinces.get(`${companyId} ${currency}`)!;
      return [{ companyId, country: this.countries.get(companyId)!, planId, currency, monthlyMinor, yearlyMinor, companySince }];
    });
  }
}

async function headcounts(reader: Reader, begun: readonly InForce[], day: LocalDate, knownAt: KnownAt): Promise<(companyId: CompanyId, counted: Counted) => readonly HeadcountStretch[]> {
  const keyOf = (companyId: CompanyId, { counted, costCentre }: Counted) => `${companyId} ${counted} ${costCentre ?? ''}`;
  const asked = new Map<string, AskedCount>();
  for (const { row, contract, components } of begun) {
    const { end } = contract.cycle.periodOn(day);
    for (const component of components) {
      if (!isOfKind(component, 'access-fee')) continue;
      for (const change of component.changes) {
        if (change.kind !== 'terms') continue;
        const { counted, costCentre } = change.terms;
        const key = keyOf(row.companyId, { counted, costCentre });
        const known = asked.get(key);
        if (known === undefined || known.end < end) asked.set(key, { companyId: row.companyId, counted, costCentre, end });
      }
    }
  }
  const stretches = asked.size === 0 ? [] : await headcountsKnown(reader, [...asked.values()], knownAt);
  const byKey = new Map([...asked.keys()].map((key, index) => [key, stretches[index]!]));
  return (companyId, counted) => byKey.get(keyOf(companyId, counted)) ?? [];
}

/** The prices of each contract. Who pays which part does not matter here, so no subsidy is read. */
async function rateCardsOf(reader: Reader, begun: readonly InForce[], enrolled: readonly EnrolledCount[], knownAt: KnownAt): Promise<(one: InForce) => RateCard> {
  const planIds = [...new Set(enrolled.flatMap(({ planId }) => planId ?? []))];
  const plans = await plansById(reader, planIds, knownAt);
  const currencies = [...new Set(begun.map(({ row }) => row.currency))];
  const prices = (await pricesOf(reader, planIds, currencies, knownAt)).map((price) => ({ ...price, key: `${price.planId} ${price.currency}` }));
  const byKey = groupedBy(prices, 'key');
  const cards = new Map<ContractId, RateCard>();
  for (const { row, contract } of begun) {
    const ofPlans = plans.map((plan) => [plan.planId, { ...plan, prices: byKey.get(`${plan.planId} ${row.currency}`) ?? [], subsidies: [] }] as const);
    cards.set(row.id, new RateCard(row.currency, contract, new Map(ofPlans)));
  }
  return ({ row }) => cards.get(row.id)!;
}

/** An expected failure parks the contract that has it; anything else is a mistake of ours and stops the chunk. */
function parkFailure<T>(parked: ParkedItem[], { id }: ContractRow, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!isDomainError(error)) throw error;
    parked.push({ item: `contract ${id}`, code: error.code, reason: describeFailure(error) });
    return undefined;
  }
}

function describeFailure({ message, remedy }: DomainError): string {
  return [message, remedy].filter(Boolean).join(' ');
}
