// Schedules the revenue of documents that were just posted: invoice lines to be earned, and credits that run against them.
import { LocalDate } from '@countinghouse/kernel';
import type { CreditNoteFinalisedFact, InvoiceFinalisedFact } from '@countinghouse/contracts';
import { Tx } from '@countinghouse/platform';
import { Credit } from '../domain/credit';
import { convertParts } from '../domain/exchange-rate';
import { EarnedCredit, insertEarnedCredits, insertSchedules, ScheduleToInsert } from '../persistence/revenue.queries';
import { DraftedFact } from './draft-facts';

/** A drafted fact with the entry it became. */
export interface PostedFact extends DraftedFact {
  readonly entryId: bigint;
  readonly entryDate: LocalDate;
}

/** Two statements at most: the schedules, and what credits take out of revenue that is recognised already. */
export async function scheduleRevenue(tx: Tx, facts: readonly PostedFact[]): Promise<void> {
  const schedules: ScheduleToInsert[] = [];
  const earned: EarnedCredit[] = [];
  for (const posted of facts) {
    const { fact } = posted.source;
    if (fact.kind === 'invoice-finalised') schedules.push(...schedulesOf(fact, posted));
    if (fact.kind !== 'credit-note-finalised') continue;
    schedules.push(...posted.credits.map((credit) => scheduleOf(credit, fact, posted)));
    earned.push(...posted.credits.filter((credit) => credit.earnedMinor !== 0n).map((credit) => earnedOf(credit, posted)));
  }
  await insertSchedules(tx, schedules);
  await insertEarnedCredits(tx, earned);
}

/** In a foreign currency the lines share what the whole net was converted to. */
function schedulesOf(fact: InvoiceFinalisedFact, { conversion, entryId, entryDate }: PostedFact): ScheduleToInsert[] {
  const nets = fact.lines.map((line) => line.netMinor);
  const worth = conversion ? convertParts(nets, conversion.rate, conversion) : nets;
  return fact.lines
    .map((line, index) => ({
      issuerId: fact.issuerId,
      entryId,
      lineNo: line.lineNo,
      documentType: fact.sourceType,
      documentId: fact.sourceId,
      currency: fact.currency,
      totalMinor: line.netMinor,
      functionalTotalMinor: worth[index]!,
      servicePeriod: line.servicePeriod,
      deferredOn: entryDate,
      reduces: null,
    }))
    .filter((schedule) => schedule.totalMinor !== 0n);
}

/** The mirror of what it takes off its line. */
function scheduleOf(credit: Credit, fact: CreditNoteFinalisedFact, { entryId, entryDate }: PostedFact): ScheduleToInsert {
  return {
    issuerId: fact.issuerId,
    entryId,
    lineNo: credit.line.lineNo,
    documentType: fact.sourceType,
    documentId: fact.sourceId,
    currency: fact.currency,
    totalMinor: -credit.amountMinor,
    functionalTotalMinor: -credit.functionalAmountMinor,
    servicePeriod: credit.servicePeriod,
    deferredOn: entryDate,
    reduces: credit.reduces,
  };
}

function earnedOf({ line, recognisedThrough, earnedMinor, earnedFunctionalMinor }: Credit, { entryId }: PostedFact): EarnedCredit {
  return {
    entryId,
    lineNo: line.lineNo,
    through: recognisedThrough!,
    amountMinor: -earnedMinor,
    functionalAmountMinor: -earnedFunctionalMinor,
  };
}
