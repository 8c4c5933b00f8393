// What other contexts may ask of companies, and the few things they may tell it.
import { Injectable } from '@nestjs/common';
import { CompanyId, DateRange, MemberId } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { HeadcountChange, HeadcountStretch, headcountStretches } from './domain/headcount';
import { headcountChangesByDay } from './persistence/headcount.queries';

@Injectable()
export class Companies {
  /**
   * The eligible people of each company over a range of days, as stretches of constant count in order and without a
   * gap; a company nobody belongs to has one stretch of 0. One statement for any number of companies.
   */
  async headcountStretches(
    reader: Reader,
    companyIds: readonly CompanyId[],
    range: DateRange,
  ): Promise<Map<CompanyId, HeadcountStretch[]>> {
    const changes = new Map<CompanyId, HeadcountChange[]>([...companyIds].map((id) => [id, []]));
    for (const change of await headcountChangesByDay(reader, [...changes.keys()], range)) changes.get(change.companyId)!.push(change);
    return new Map([...changes].map(([id, ofCompany]) => [id, headcountStretches(range, ofCompany)]));
  }

  /** Members who have taken a plan. Those who have left, or whose leaving is on record, stay so. Gives how many changed. */
  async markEnrolled(tx: Tx, memberIds: readonly MemberId[]): Promise<number> {
    return tx.execute(
      `UPDATE companies.member m SET status = 'enrolled'
         FROM (SELECT id FROM companies.member WHERE id = ANY ($1::uuid[]) AND status = 'eligible' ORDER BY id FOR NO KEY UPDATE) AS locked
        WHERE m.id = locked.id`,
      [memberIds],
    );
  }
}
