// What other contexts may ask of companies, and the few things they may tell it.
import { Injectable } from '@nestjs/common';
import { addDays, CompanyId, DateRange, LocalDate, MemberId } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { HeadcountChange, HeadcountMeasure, HeadcountStretch, headcountStretches } from './domain/headcount';
import { closedAmong, companiesOnDay, CompanyOnDay } from './persistence/company.queries';
import { recordEnrolment } from './persistence/enrolment.queries';
import { HeadcountSource, headcountByCostCentre, headcountChangesByDay, lockCompaniesOfMembers } from './persistence/headcount.queries';
import { PayerStretch, payerStretches } from './persistence/hierarchy.queries';

/** From this day on, until another change of the member says otherwise, the member holds a running enrolment, or none. */
export interface EnrolmentChange {
  readonly memberId: MemberId;
  readonly on: LocalDate;
  readonly enrolled: boolean;
}

/** When and what for enrolments are told. */
export interface EnrolmentTelling {
  readonly today?: LocalDate;
  readonly source?: HeadcountSource;
}

@Injectable()
export class Companies {
  /**
   * Holds the companies of members against everybody who tells of enrolments, in the order of their numbers: whoever tells of all
   * enrolments of a member reads them after this, so that nothing told meanwhile is lost.
   */
  async holdForEnrolments(tx: Tx, memberIds: readonly MemberId[]): Promise<void> {
    await lockCompaniesOfMembers(tx, memberIds);
  }

  /** What each company was on a day: what a document issued on it says of its buyer. One statement. */
  async profilesOn(reader: Reader, companyIds: readonly CompanyId[], day: LocalDate): Promise<Map<CompanyId, CompanyOnDay>> {
    return new Map((await companiesOnDay(reader, companyIds, day)).map((company) => [company.id, company]));
  }

  /**
   * Holds companies against being closed until the transaction ends, and gives those that are closed already, with their numbers: whoever
   * does business with a company asks this first, so that it and the closing come one after the other. In the order of the numbers.
   */
  async closedAmong(tx: Tx, companyIds: readonly CompanyId[]): Promise<Map<CompanyId, string>> {
    return closedAmong(tx, companyIds);
  }

  /** Who is invoiced for each company on a day: the payer of the payer pays, and who has none pays itself. One statement. */
  async payersOn(reader: Reader, companyIds: readonly CompanyId[], day: LocalDate): Promise<Map<CompanyId, CompanyId>> {
    const stretches = await payerStretches(reader, companyIds, { start: day, end: addDays(day, 1) });
    return new Map(stretches.map(({ companyId, payerId }) => [companyId, payerId]));
  }

  /** As {@link payersOn}, over a range of days: stretches of one payer each, in order and without a gap. One statement. */
  async payerStretches(reader: Reader, companyIds: readonly CompanyId[], range: DateRange): Promise<Map<CompanyId, PayerStretch[]>> {
    const byCompany = new Map<CompanyId, PayerStretch[]>(companyIds.map((id) => [id, []]));
    for (const stretch of await payerStretches(reader, companyIds, range)) byCompany.get(stretch.companyId)!.push(stretch);
    return byCompany;
  }

  /**
   * The people of each company over a range of days, as stretches of constant count in order and without a gap; a company
   * nobody belongs to has one stretch of 0. With a cost centre only its people; null counts those who have none. One
   * statement for any number of companies.
   */
  async headcountStretches(
    reader: Reader,
    companyIds: readonly CompanyId[],
    range: DateRange,
    measure: HeadcountMeasure = 'eligible',
    costCentre?: string | null,
  ): Promise<Map<CompanyId, HeadcountStretch[]>> {
    const changes = new Map<CompanyId, HeadcountChange[]>([...companyIds].map((id) => [id, []]));
    const counted = costCentre === undefined ? { measure } : { measure, costCentre };
    for (const change of await headcountChangesByDay(reader, [...changes.keys()], range, counted)) changes.get(change.companyId)!.push(change);
    return new Map([...changes].map(([id, ofCompany]) => [id, headcountStretches(range, ofCompany)]));
  }

  /** The people of each company on a day, in all and by cost centre (null: in none). One statement. */
  async headcountOn(
    reader: Reader,
    companyIds: readonly CompanyId[],
    on: LocalDate,
    measure: HeadcountMeasure = 'eligible',
  ): Promise<Map<CompanyId, { count: number; byCostCentre: Map<string | null, number> }>> {
    const counts = new Map(companyIds.map((id) => [id, { count: 0, byCostCentre: new Map<string | null, number>() }]));
    for (const { companyId, costCentre, count } of await headcountByCostCentre(reader, companyIds, on, measure)) {
      const ofCompany = counts.get(companyId)!;
      ofCompany.count += count;
      ofCompany.byCostCentre.set(costCentre, count);
    }
    return counts;
  }

  /**
   * Takes down from which days members hold a running enrolment; who holds several is enrolled while one of them runs. On
   * each day the change with the latest `on` decides, and of two on one day the one told last, so a correction tells the
   * old day anew: a start moved from 1 to 11 May is `{on: 1 May, enrolled: false}, {on: 11 May, enrolled: true}`. The
   * status and both headcounts follow. Telling the same again changes nothing. A constant number of statements; it takes
   * the locks of the members' companies in the order of their numbers.
   * @param today an end that lies ahead of it does not show in the status yet; without it, it does
   * @param source the import or the like that it was told for
   * @returns how many members' enrolment days have changed
   */
  async recordEnrolment(tx: Tx, changes: readonly EnrolmentChange[], { today, source }: EnrolmentTelling = {}): Promise<number> {
    return recordEnrolment(tx, changes, today ?? null, source ?? null);
  }
}
