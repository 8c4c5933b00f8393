// ChargeDifference: rates a set of fees or enrolments and puts on record what they owe beyond what was charged.
import { Injectable } from '@nestjs/common';
import { Companies } from '@countinghouse/companies';
import { anchorOn, CompanyId, ContractId, decimal, EnrolmentId, isDomainError, LocalDate, maxDate, minDate, PlanId, RunId } from '@countinghouse/kernel';
import { ParkedItem, Reader, Tx } from '@countinghouse/platform';
import { BillingCycle, Timing } from '../domain/billing-cycle';
import { ChargeInForce, chargesInForce } from '../domain/charged';
import { difference, ratedThrough } from '../domain/difference';
import { explain } from '../domain/explanation';
import { HeadcountStretch, owedEnrolment, owedFee } from '../domain/owed';
import { PlanTerms, RateCard } from '../domain/rate-card';
import { RatedStretch } from '../domain/rated-stretch';
import { Subsidy } from '../domain/subsidy';
import { ChargedComponent, chargesOnRecord, ComponentCharge, componentKey, ComponentType, insertCharges } from '../persistence/charge.queries';
import {
  changesOf, ContractRow, contractsById, EnrolmentRow, enrolmentsWithTimelines, FeeRow, feesOfContracts, lockContracts, lockEnrolments,
  PlanRow, plansById, PriceRow, pricesOf, subsidiesOf, SubsidyRow,
} from '../persistence/rating.queries';

/** What to rate: the fees of contracts, enrolments (both parts of each), or both. A few thousand at a time. */
export interface ChargeDifferenceInput {
  readonly contractIds?: readonly ContractId[];
  readonly enrolmentIds?: readonly EnrolmentId[];
  /** The bill-through day, as {@link BillingCycle} defines it. */
  readonly through: LocalDate;
  readonly runId: RunId;
}

/** How many charges and credits went on record, and what could not be rated. */
export interface ChargedDifference {
  readonly charges: number;
  readonly parked: ParkedItem[];
}

/** What was found for a set, before it is written. */
interface Found {
  readonly charges: ComponentCharge[];
  readonly parked: ParkedItem[];
}

@Injectable()
export class ChargeDifference {
  constructor(private readonly companies: Companies) {}

  /**
   * Locks what it rates, so that of two runs over the same components the second waits, then reads the first one's charges
   * and finds no difference. The transaction must be READ COMMITTED. The number of statements does not depend on how
   * much is rated. Whatever cannot be rated is parked with the reason, and the others go on.
   */
  async execute(tx: Tx, { contractIds = [], enrolmentIds = [], through, runId }: ChargeDifferenceInput): Promise<ChargedDifference> {
    const found: Found = { charges: [], parked: [] };
    if (contractIds.length > 0) await this.rateFees(tx, contractIds, through, found);
    if (enrolmentIds.length > 0) await this.rateEnrolments(tx, enrolmentIds, through, found);
    await insertCharges(tx, found.charges, runId);
    return { charges: found.charges.length, parked: found.parked };
  }

  private async rateFees(tx: Tx, contractIds: readonly ContractId[], through: LocalDate, found: Found): Promise<void> {
    await lockContracts(tx, contractIds);
    const contracts = await contractsById(tx, contractIds);
    const fees = (await feesOfContracts(tx, contractIds)).filter((fee) => contracts.has(fee.contractId));
    const charged = await inForceByComponent(tx, fees.map((fee) => fee.id));
    const toRate = fees.map((fee) => {
      const contract = contracts.get(fee.contractId)!;
      const cycle = cycleOf(contract, fee.timing);
      const onRecord = charged('fee', fee.id);
      return { fee, contract, cycle, onRecord, through: ratedThrough(cycle, onRecord, through) };
    });
    const headcounts = await this.headcounts(tx, toRate);
    for (const { fee, contract, cycle, onRecord, through: until } of toRate) {
      const headcount = headcounts.get(contract.companyId) ?? [];
      parkFailure(found.parked, `fee ${fee.id}`, () => {
        const owed = owedFee({ ...fee, term: termOf(contract, fee), cycle, headcount }, until);
        record(found, component('fee', fee.id, contract, contract.payerId), owed, onRecord);
      });
    }
  }

  /** One statement for all companies, over the days from the first start to the last day that any period due has. */
  private async headcounts(
    reader: Reader,
    toRate: readonly { contract: ContractRow; cycle: BillingCycle; through: LocalDate }[],
  ): Promise<Map<CompanyId, HeadcountStretch[]>> {
    let range: { start: LocalDate; end: LocalDate } | undefined;
    for (const { contract, cycle, through } of toRate) {
      const end = cycle.due(through).at(-1)?.end;
      if (end === undefined) continue;
      const { startsOn: start } = contract;
      range = range === undefined ? { start, end } : { start: minDate(range.start, start), end: maxDate(range.end, end) };
    }
    if (range === undefined || range.start >= range.end) return new Map();
    return this.companies.headcountStretches(reader, [...new Set(toRate.map(({ contract }) => contract.companyId))], range);
  }

  private async rateEnrolments(tx: Tx, ids: readonly EnrolmentId[], through: LocalDate, found: Found): Promise<void> {
    await lockEnrolments(tx, ids);
    const onRecord = await enrolmentsWithTimelines(tx, ids);
    const contracts = await contractsById(tx, [...new Set(onRecord.map((one) => one.contractId))]);
    const enrolments = onRecord.filter(({ contractId }) => contracts.has(contractId));
    const terms = await enrolmentTerms(tx, enrolments, contracts);
    const charged = await inForceByComponent(tx, ids);
    for (const enrolment of enrolments) {
      const contract = contracts.get(enrolment.contractId)!;
      const { cycle, rateCard } = terms.get(contract.id)!;
      const company = charged('enrolment-company', enrolment.id);
      const member = charged('enrolment-member', enrolment.id);
      parkFailure(found.parked, `enrolment ${enrolment.id}`, () => {
        const timeline = { term: termOf(contract), cycle, rateCard, changes: changesOf(enrolment) };
        const owed = owedEnrolment(timeline, maxDate(ratedThrough(cycle, company, through), ratedThrough(cycle, member, through)));
        record(found, component('enrolment-company', enrolment.id, contract, contract.payerId), owed.company, company);
        record(found, component('enrolment-member', enrolment.id, contract, enrolment.memberId), owed.member, member);
      });
    }
  }
}

const NOTHING: readonly ChargeInForce[] = [];

async function inForceByComponent(reader: Reader, ids: readonly string[]) {
  const records = await chargesOnRecord(reader, ids);
  return (type: ComponentType, id: string): readonly ChargeInForce[] => {
    const ofComponent = records.get(componentKey(type, id));
    return ofComponent === undefined ? NOTHING : chargesInForce(ofComponent);
  };
}

/** The cycle and rate card of each contract, made once and shared by its enrolments. Three statements. */
async function enrolmentTerms(reader: Reader, enrolments: readonly EnrolmentRow[], contracts: ReadonlyMap<ContractId, ContractRow>) {
  const planIds = new Set(enrolments.flatMap((one) => one.planIds.filter((id) => id !== null)));
  const currencies = new Set([...contracts.values()].map((contract) => contract.currency));
  const plans = await plansById(reader, [...planIds]);
  const prices = groupBy(await pricesOf(reader, [...planIds], [...currencies]), (price) => price.currency);
  const subsidies = groupBy(await subsidiesOf(reader, [...contracts.keys()]), (subsidy) => subsidy.contractId);
  const terms = [...contracts.values()].map((contract) => {
    const { id, currency, cycleMonths, enrolmentTiming } = contract;
    const ofPlans = planTerms(plans, prices.get(currency) ?? [], subsidies.get(id) ?? []);
    return [id, { cycle: cycleOf(contract, enrolmentTiming), rateCard: new RateCard(currency, cycleMonths, ofPlans) }] as const;
  });
  return new Map(terms);
}

function planTerms(plans: readonly PlanRow[], prices: readonly PriceRow[], subsidies: readonly SubsidyRow[]): Map<PlanId, PlanTerms> {
  const pricesByPlan = groupBy(prices, (price) => price.planId);
  const subsidiesByPlan = groupBy(subsidies, (subsidy) => subsidy.planId);
  return new Map(
    plans.map((plan) => [
      plan.planId,
      {
        ...plan,
        prices: pricesByPlan.get(plan.planId) ?? [],
        subsidies: (subsidiesByPlan.get(plan.planId) ?? []).map((row) => ({ effectiveFrom: row.effectiveFrom, subsidy: subsidyOf(row) })),
      },
    ]),
  );
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

function subsidyOf({ mode, amountMinor, percent, capMinor }: SubsidyRow): Subsidy {
  return mode === 'fixed' ? { mode, amountMinor: amountMinor!, capMinor } : { mode, percent: decimal(percent!), capMinor };
}

function cycleOf(contract: ContractRow, timing: Timing): BillingCycle {
  return new BillingCycle(anchorOn(contract.anchorOn, contract.cycleMonths, contract.anchorDay), timing, contract.startsOn);
}

/** The days of the contract, or of a fee within it. */
function termOf(contract: ContractRow, fee?: FeeRow): { start: LocalDate; end: LocalDate | null } {
  const ends = [contract.endsOn, fee?.endsOn ?? null].filter((end) => end !== null);
  return {
    start: fee === undefined ? contract.startsOn : maxDate(contract.startsOn, fee.startsOn),
    end: ends.length === 0 ? null : ends.reduce(minDate),
  };
}

function component(type: ComponentType, id: string, contract: ContractRow, payerId: string): ChargedComponent {
  const { id: contractId, issuerId, companyId, currency } = contract;
  return { type, id, issuerId, contractId, companyId, currency, payerId };
}

function record(found: Found, of: ChargedComponent, owed: readonly RatedStretch[], charged: readonly ChargeInForce[]): void {
  for (const charge of difference(owed, charged)) {
    found.charges.push({ component: of, charge, explanation: explain(charge, of.currency) });
  }
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
