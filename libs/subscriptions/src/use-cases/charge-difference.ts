// ChargeDifference: rates a set of fees or enrolments and puts on record what they owe beyond what was charged.
import { Injectable } from '@nestjs/common';
import { RunId } from '@countinghouse/kernel';
import { ParkedItem, Tx } from '@countinghouse/platform';
import { insertCharges } from '../persistence/charge.queries';
import { lockContracts, lockEnrolments } from '../persistence/rating.queries';
import { Rating, RatingInput } from './rating';

export interface ChargeDifferenceInput extends RatingInput {
  readonly runId: RunId;
}

/** How many charges and credits went on record, and what could not be rated. */
export interface ChargedDifference {
  readonly charges: number;
  readonly parked: ParkedItem[];
}

@Injectable()
export class ChargeDifference {
  constructor(private readonly rating: Rating) {}

  /**
   * Locks what it rates, so that of two runs over the same components the second waits, then reads the first one's charges
   * and finds no difference. The transaction must be READ COMMITTED. The number of statements does not depend on how
   * much is rated.
   */
  async execute(tx: Tx, { runId, ...input }: ChargeDifferenceInput): Promise<ChargedDifference> {
    const { contractIds = [], enrolmentIds = [] } = input;
    if (contractIds.length > 0) await lockContracts(tx, contractIds);
    if (enrolmentIds.length > 0) await lockEnrolments(tx, enrolmentIds);
    const { charges, parked } = await this.rating.difference(tx, input);
    await insertCharges(tx, charges, runId);
    return { charges: charges.length, parked };
  }
}
