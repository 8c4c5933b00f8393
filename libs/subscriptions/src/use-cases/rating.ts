// Rating: reads the timelines and the charges of a set of components, and says what has to be charged and credited.
import { Injectable } from '@nestjs/common';
import { Companies } from '@countinghouse/companies';
import { CompanyId, ContractId, DateRange, EnrolmentId, isDomainError, LocalDate, maxDate, minDate, PlanId } from '@countinghouse/kernel';
import { ParkedItem, Reader } from '@countinghouse/platform';
import { ratedThrough } from '../domain/billing-cycle';
import { ChargeInForce, chargesInForce } from '../domain/charged';
import { difference } from '../domain/difference';
import { enrolmentStretches } from '../domain/enrolment-timeline';
import { explain } from '../domain/explanation';
import { FeeComponent, isOfKind } from '../domain/fee-timeline';
import { HeadcountStretch } from '../domain/headcount-measure';
import { NotOwed, whyComponentOwesNothing, whyEnrolmentOwesNothing } from '../domain/not-owed';
import { owedEnrolment } from '../domain/owed';
import { lookedAtThrough, owedContract } from '../domain/owed-contract';
import { Counted, FeesTimeline } from '../domain/owed-fees';
import { Payers, PayerStretch, withPayers } from '../domain/payer-timeline';
import { PlanTerms, RateCard } from '../domain/rate-card';
import { RatedContract, ratedContract } from '../domain/rated-contract';
import { OwedStretch } from '../domain/rated-stretch';
import { ChargedComponent, chargesOnRecord, ComponentCharge, componentKey, ComponentType } from '../persistence/charge.queries';
import {
  AskedHeadcount, changesOf, componentsOfContracts, ContractRow, contractsById, enrolmentsWithTimelines, headcountsOf, PlanRow, plansById, pricesOf, subsidiesOf,
} from '../persistence/rating.queries';

/** What to rate: the fee components of contracts, enrolments (both parts of each), or both. A few thousand at a time. */
export interface RatingInput {
  readonly contractIds?: readonly ContractId[];
  readonly enrolmentIds?: readonly EnrolmentId[];
  /** The bill-through day: due in arrears is what has ended when it begins, in advance what begins then or has begun. */
  readonly through: LocalDate;
}

/** What has to go on record, and what could not be rated. */
export interface FoundDifference {
  readonly charges: ComponentCharge[];
  readonly parked: ParkedItem[];
}

@Injectable()
export class Rating {
  constructor(private readonly companies: Companies) {}

  /**
   * Reads only, and locks nothing: a preview is this, and billing is this after its locks. The number of statements does not
   * depend on how much is rated. Whatever cannot be rated is parked with the reason, and the others go on.
   */
  async difference(reader: Reader, { contractIds = [], enrolmentIds = [], through }: RatingInput): Promise<FoundDifference> {
    const found: FoundDifference = { charges: [], parked: [] };
    if (contractIds.length > 0) await this.rateFees(reader, contractIds, through, found);
    if (enrolmentIds.length > 0) await this.rateEnrolments(reader, enrolmentIds, through, found);
    return found;
  }

  private async rateFees(reader: Reader, ids: readonly ContractId[], through: LocalDate, found: FoundDifference): Promise<void> {
    const contracts = await contractsById(reader, ids);
    const components = groupBy(await componentsOfContracts(reader, [...contracts.keys()]), (component) => component.contractId);
    const charged = await inForceByComponent(reader, [...components.values()].flat().map(({ id }) => id));
    const toRate: FeesToRate[] = [];
    for (const row of contracts.values()) {
      parkFailure(found.parked, `contract ${row.id}`, () => {
        const contract = ratedContract(row.changes);
        const ofContract = components.get(row.id) ?? [];
        const begunBy = lookedAtThrough({ contract, components: ofContract }, (component) => charged(typeOf(component), component.id), through);
        if (ofContract.length > 0) toRate.push({ row, contract, components: ofContract, begunBy });
      });
    }
    const headcountOf = await headcounts(reader, toRate);
    const payersOf = await this.payers(reader, toRate.map(({ row }) => row), daysOf(toRate));
    for (const { row, contract, components: ofContract, begunBy } of toRate) {
      parkFailure(found.parked, `contract ${row.id}`, () => {
        const timeline: FeesTimeline = { contract, currency: row.currency, components: ofContract, headcount: (counted) => headcountOf(row.companyId, counted) };
        const charges: ComponentCharge[] = [];
        for (const [component, owed] of owedContract(timeline, begunBy)) {
          const of = charged(typeOf(component), component.id);
          const silence = (day: LocalDate) => whyComponentOwesNothing(contract, component, day);
          charges.push(...toRecord({ of: componentOf(typeOf(component), component.id, row), owed, charged: of, through, payers: payersOf(row, null), planName: () => '', silence }));
        }
        found.charges.push(...charges);
      });
    }
  }

  /** Who pays for each of the companies on the days of a range. One statement, or none if nothing is due. */
  private async payers(reader: Reader, contracts: readonly ContractRow[], range: DateRange | undefined): Promise<(contract: ContractRow, member: string | null) => Payers> {
    const companyIds = [...new Set(contracts.map(({ companyId }) => companyId))];
    const stretches = range === undefined ? new Map<CompanyId, PayerStretch[]>() : await this.companies.payerStretches(reader, companyIds, range);
    return ({ companyId }, member) => ({ company: stretches.get(companyId) ?? [], companyItself: companyId, member });
  }

  private async rateEnrolments(reader: Reader, ids: readonly EnrolmentId[], through: LocalDate, found: FoundDifference): Promise<void> {
    const enrolments = await enrolmentsWithTimelines(reader, ids);
    const contracts = await contractsById(reader, [...new Set(enrolments.map((one) => one.contractId))]);
    const plans = await plansById(reader, [...new Set(enrolments.flatMap((one) => one.planIds.filter((id) => id !== null)))]);
    const names = new Map(plans.map(({ planId, name }) => [planId, name]));
    const terms = await enrolmentTerms(reader, plans, contracts, found.parked);
    const charged = await inForceByComponent(reader, ids);
    const days = daysOf([...terms.values()].map(({ contract }) => ({ contract, begunBy: through })));
    const payersOf = await this.payers(reader, [...contracts.values()], days);
    for (const enrolment of enrolments) {
      const ofContract = terms.get(enrolment.contractId);
      if (ofContract === undefined) continue;
      const { row, contract, rateCard } = ofContract;
      const company = charged('enrolment-company', enrolment.id);
      const member = charged('enrolment-member', enrolment.id);
      parkFailure(found.parked, `enrolment ${enrolment.id}`, () => {
        const changes = changesOf(enrolment);
        const timing = row.enrolmentTiming;
        const until = maxDate(ratedThrough(contract.cycle, timing, company, through), ratedThrough(contract.cycle, timing, member, through));
        const owed = owedEnrolment({ contract, timing, rateCard, changes }, until);
        const common = {
          through,
          payers: payersOf(row, enrolment.memberId),
          planName: (id: PlanId) => names.get(id) ?? 'another plan',
          silence: (day: LocalDate) => whyEnrolmentOwesNothing(contract, enrolmentStretches(changes), day),
        };
        found.charges.push(
          ...toRecord({ of: componentOf('enrolment-company', enrolment.id, row), owed: owed.company, charged: company, ...common }),
          ...toRecord({ of: componentOf('enrolment-member', enrolment.id, row), owed: owed.member, charged: member, ...common }),
        );
      });
    }
  }
}

interface FeesToRate {
  readonly row: ContractRow;
  readonly contract: RatedContract;
  readonly components: readonly FeeComponent[];
  readonly begunBy: LocalDate;
}

/** The days of all periods that are looked at; undefined if none has begun. */
function daysOf(rated: readonly { contract: RatedContract; begunBy: LocalDate }[]): DateRange | undefined {
  let days: DateRange | undefined;
  for (const { contract, begunBy } of rated) {
    const end = contract.cycle.begunBy(begunBy).at(-1)?.end;
    if (end === undefined || contract.startsOn >= end) continue;
    days = days === undefined ? { start: contract.startsOn, end } : { start: minDate(days.start, contract.startsOn), end: maxDate(days.end, end) };
  }
  return days;
}

/** The people whom the access fees count, in each way that one counts them. One statement, or none if no period has begun. */
async function headcounts(reader: Reader, toRate: readonly FeesToRate[]): Promise<(companyId: CompanyId, counted: Counted) => readonly HeadcountStretch[]> {
  const keyOf = (companyId: CompanyId, { counted, costCentre }: Counted) => `${companyId} ${counted} ${costCentre ?? ''}`;
  const asked = new Map<string, AskedHeadcount>();
  for (const rated of toRate) {
    const days = daysOf([rated]);
    if (days === undefined) continue;
    const { companyId } = rated.row;
    for (const counted of rated.components.flatMap(waysToCount)) {
      const same = asked.get(keyOf(companyId, counted)) ?? days;
      asked.set(keyOf(companyId, counted), { ...counted, companyId, start: minDate(same.start, days.start), end: maxDate(same.end, days.end) });
    }
  }
  const stretches = asked.size === 0 ? [] : await headcountsOf(reader, [...asked.values()]);
  const byKey = new Map([...asked.keys()].map((key, index) => [key, stretches[index]!]));
  return (companyId, counted) => byKey.get(keyOf(companyId, counted)) ?? [];
}

function waysToCount(component: FeeComponent): Counted[] {
  if (!isOfKind(component, 'access-fee')) return [];
  return component.changes.flatMap((change) => (change.kind === 'terms' ? [{ counted: change.terms.counted, costCentre: change.terms.costCentre }] : []));
}

interface ToRecord {
  readonly of: ChargedComponent;
  readonly owed: readonly OwedStretch[];
  readonly charged: readonly ChargeInForce[];
  readonly through: LocalDate;
  readonly payers: Payers;
  planName(id: PlanId): string;
  silence(day: LocalDate): NotOwed;
}

/** The difference of one component with its payers, explanations and facts. */
function toRecord({ of, owed, charged, through, payers, planName, silence }: ToRecord): ComponentCharge[] {
  const context = { currency: of.currency, planName, whyNotOwed: (day: LocalDate) => silence(day).why };
  return withPayers(difference(owed, charged, through), payers).map((charge) => ({
    component: of,
    charge,
    explanation: explain(charge, context),
    facts: charge.facts ?? silence(charge.start).facts,
  }));
}

const NOTHING: readonly ChargeInForce[] = [];

async function inForceByComponent(reader: Reader, ids: readonly string[]) {
  const records = await chargesOnRecord(reader, ids);
  const inForce = new Map<string, readonly ChargeInForce[]>();
  return (type: ComponentType, id: string): readonly ChargeInForce[] => {
    const key = componentKey(type, id);
    const known = inForce.get(key);
    if (known !== undefined) return known;
    const ofComponent = records.get(key);
    const found = ofComponent === undefined ? NOTHING : chargesInForce(ofComponent);
    inForce.set(key, found);
    return found;
  };
}

/** What all enrolments of a contract share, made once. Two statements. */
async function enrolmentTerms(reader: Reader, plans: readonly PlanRow[], contracts: ReadonlyMap<ContractId, ContractRow>, parked: ParkedItem[]) {
  const currencies = new Set([...contracts.values()].map((contract) => contract.currency));
  const prices = groupBy(await pricesOf(reader, plans.map(({ planId }) => planId), [...currencies]), ({ planId, currency }) => `${planId} ${currency}`);
  const subsidies = groupBy(await subsidiesOf(reader, [...contracts.keys()]), ({ contractId, planId }) => `${contractId} ${planId}`);
  const terms = new Map<ContractId, { row: ContractRow; contract: RatedContract; rateCard: RateCard }>();
  for (const row of contracts.values()) {
    parkFailure(parked, `contract ${row.id}`, () => {
      const contract = ratedContract(row.changes);
      const ofPlans = plans.map((plan): [PlanId, PlanTerms] => [
        plan.planId,
        { ...plan, prices: prices.get(`${plan.planId} ${row.currency}`) ?? [], subsidies: subsidies.get(`${row.id} ${plan.planId}`) ?? [] },
      ]);
      terms.set(row.id, { row, contract, rateCard: new RateCard(row.currency, contract, new Map(ofPlans), subsidies.get(`${row.id} null`) ?? []) });
    });
  }
  return terms;
}

function groupBy<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

function typeOf(component: FeeComponent): ComponentType {
  return isOfKind(component, 'access-fee', 'one-off') ? 'fee' : 'adjustment';
}

function componentOf(type: ComponentType, id: string, { id: contractId, issuerId, companyId, currency }: ContractRow): ChargedComponent {
  return { type, id, issuerId, contractId, companyId, currency };
}

/** An expected failure parks the item that has it; anything else is a mistake of ours and stops the chunk. */
function parkFailure(parked: ParkedItem[], item: string, rate: () => void): void {
  try {
    rate();
  } catch (error) {
    if (!isDomainError(error)) throw error;
    parked.push({ item, code: error.code, reason: [error.message, error.remedy].filter(Boolean).join(' ') });
  }
}
