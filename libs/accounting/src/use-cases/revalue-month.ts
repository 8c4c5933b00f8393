// Revalues what an issuer holds in foreign currency at the end of a month, and takes it back on day 1 of the next.
import { Injectable } from '@nestjs/common';
import { addDays, addMonths, DomainError, IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import type { RevaluationFact, RevaluationReversedFact, RevaluedItem } from '@countinghouse/contracts';
import { ChunkOutcome, PlannedChunk, Tx } from '@countinghouse/platform';
import { rateText } from '../domain/exchange-rate';
import { takePostingPeriods } from '../persistence/journal.queries';
import { readPeriod } from '../persistence/period.queries';
import { ClosingRate, ItemRange, lockDueItems, MonthEnd, rangesDue } from '../persistence/revaluation.queries';
import { closingRates, closingRatesOf } from './closing-rates';
import { RecordFacts } from './record-facts';
import { refuseState } from './refusals';

export interface RevaluationInput {
  readonly issuerId: IssuerId;
  /** The month, by its first day. */
  readonly periodStart: LocalDate;
}

/** Each item is a line of the entry. */
const ITEMS_PER_CHUNK = 2_000;

@Injectable()
export class RevalueMonth {
  constructor(private readonly recordFacts: RecordFacts) {}

  /** @throws DomainError PERIOD_NOT_FOUND, PERIOD_STATE_WRONG, RATE_MISSING */
  async plan(tx: Tx, input: RevaluationInput): Promise<PlannedChunk<ItemRange>[]> {
    refuseState(await readPeriod(tx, input), ['open', 'closing'], 'A closed month keeps its values; open it again if they are wrong.');
    const month = monthEnd(input);
    const ranges = await rangesDue(tx, month, await closingRates(tx, month), ITEMS_PER_CHUNK);
    return ranges.map(({ items, ...range }) => ({ items, input: range }));
  }

  /**
   * Brings the items of a range to their worth at the closing rate. What is posted is the difference to what is in the
   * books at the end of the month, so once per issuer, period and currency is enough and a second time posts nothing;
   * after late facts it posts what those have changed. Gains and losses are entries of their own, each with its reversal.
   * @throws DomainError PERIOD_STATE_WRONG when the month, or day 1 of the next, takes no entry
   */
  async execute(tx: Tx, input: RevaluationInput, range: ItemRange, runId: RunId): Promise<ChunkOutcome> {
    const month = monthEnd(input);
    await this.takePeriods(tx, month);
    const [rate] = await closingRatesOf(tx, month, [range.currency]);
    const items = await lockDueItems(tx, month, rate!, range);
    const gains = items.filter((item) => item.functionalAmountMinor > 0n);
    const losses = items.filter((item) => item.functionalAmountMinor < 0n);
    const facts = [
      ...(gains.length > 0 ? revaluationAndReversal(month, rate!, gains, `${sourceOf(runId, range)}/gains`) : []),
      ...(losses.length > 0 ? revaluationAndReversal(month, rate!, losses, `${sourceOf(runId, range)}/losses`) : []),
    ];
    await this.recordFacts.execute(tx, facts);
    return { result: { items: items.length, entries: facts.length, [`gain${range.currency}Minor`]: sum(gains), [`loss${range.currency}Minor`]: -sum(losses) } };
  }

  /** Both periods before anything else is locked, as everywhere; and both must take their entry on its own day. */
  private async takePeriods(tx: Tx, { issuerId, periodStart, until }: MonthEnd): Promise<void> {
    const [own, next] = await takePostingPeriods(tx, [
      { issuerId, day: addDays(until, -1), closingWork: true },
      { issuerId, day: until, closingWork: false },
    ]);
    if (own === periodStart && next === until) return;
    const day = own === periodStart ? until : periodStart;
    throw new DomainError('PERIOD_STATE_WRONG', `The period of ${day} does not take entries.`, {
      field: 'periodStart',
      value: day,
      remedy: 'A revaluation and its reversal each belong to their own day: open the period again, or leave the month as it is.',
    });
  }
}

function monthEnd({ issuerId, periodStart }: RevaluationInput): MonthEnd {
  return { issuerId, periodStart, until: addMonths(periodStart, 1) };
}

function sourceOf(runId: RunId, { accountId, currency, firstDocument }: ItemRange): string {
  return `${runId}/${currency}/${accountId}/${firstDocument ?? 'balance'}`;
}

function revaluationAndReversal(
  { issuerId, until }: MonthEnd,
  { currency, rate }: ClosingRate,
  items: readonly RevaluedItem[],
  sourceId: string,
): [RevaluationFact, RevaluationReversedFact] {
  const shared = { issuerId, sourceType: 'revaluation', sourceId, currency, rate: rateText(rate), items } as const;
  return [
    { ...shared, kind: 'revaluation', on: addDays(until, -1) },
    { ...shared, kind: 'revaluation-reversed', on: until },
  ];
}

function sum(items: readonly RevaluedItem[]): bigint {
  return items.reduce((total, item) => total + item.functionalAmountMinor, 0n);
}
