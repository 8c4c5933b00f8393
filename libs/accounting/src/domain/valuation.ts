// Valuation: what the lines of an entry are worth in the issuer's functional currency, and the exchange difference they leave.
import { Currency } from '@countinghouse/kernel';
import { convertParts, CurrencyPair, ExchangeRate, impliedRate, rateText } from './exchange-rate';
import type { EntryLine, RuleLine } from './journal-entry';
import { OpenItems } from './open-items';

/** Lines in functional currency are worth what they say. */
export function functionalLines(lines: readonly RuleLine[], currency: Currency): EntryLine[] {
  return lines.map(({ rate: _rate, takesOtherSide: _takesOtherSide, ...line }) => ({
    ...line,
    currency,
    functionalAmountMinor: line.amountMinor,
  }));
}

export interface ForeignCurrency extends CurrencyPair {
  /** The rate of the fact's day. */
  readonly rate: ExchangeRate;
  readonly openItems: OpenItems;
  /** The open item that a line moves; undefined for a line of an account without documents. */
  readonly itemKey: (line: RuleLine) => string | undefined;
}

/**
 * Lines in a foreign currency: an open item is worth what it carries, what the rule has valued stays so, and all else
 * comes at the rate of the day. Where these do not add up, money was received or given at another rate than it was
 * booked at: that difference is realised, on a last line that moves functional currency only.
 */
export function foreignLines(lines: readonly RuleLine[], foreign: ForeignCurrency): EntryLine[] {
  const atRate = new Map<RuleLine, bigint>();
  const ofTheDay = lines.filter((line) => line.functionalAmountMinor === undefined && !line.takesOtherSide && !foreign.itemKey(line));
  for (const [rate, group] of byRate(ofTheDay, foreign.rate)) {
    const converted = convertParts(group.map((line) => line.amountMinor), rate, foreign);
    group.forEach((line, index) => atRate.set(line, converted[index]!));
  }
  const worth = lines.map((line) => atRate.get(line) ?? worthOfLine(line, foreign));
  const difference = worth.reduce((sum, minor) => sum + minor, 0n);
  const taker = lines.findIndex((line) => line.takesOtherSide);
  if (taker >= 0) worth[taker] = -difference;
  const valued = lines.map((line, index) => valuedLine(line, worth[index]!, foreign));
  return taker >= 0 || difference === 0n ? valued : [...valued, realised(difference, foreign)];
}

/** Open items move in the order of the lines. */
function worthOfLine(line: RuleLine, foreign: ForeignCurrency): bigint {
  const { amountMinor, functionalAmountMinor } = line;
  const key = foreign.itemKey(line);
  if (key === undefined) return functionalAmountMinor ?? 0n;
  if (functionalAmountMinor === undefined) return foreign.openItems.move(key, amountMinor, foreign.rate, foreign);
  foreign.openItems.add(key, { amountMinor, functionalAmountMinor });
  return functionalAmountMinor;
}

function byRate(lines: readonly RuleLine[], ofTheDay: ExchangeRate): Map<ExchangeRate, RuleLine[]> {
  const groups = new Map<ExchangeRate, RuleLine[]>();
  for (const line of lines) {
    const rate = line.rate ?? ofTheDay;
    const group = groups.get(rate);
    if (group) group.push(line);
    else groups.set(rate, [line]);
  }
  return groups;
}

function valuedLine(ruleLine: RuleLine, functionalAmountMinor: bigint, foreign: ForeignCurrency): EntryLine {
  const { rate: own, takesOtherSide: _takesOtherSide, ...line } = ruleLine;
  const isConverted = own !== undefined || line.amountMinor === 0n;
  const rate = isConverted ? (own ?? foreign.rate) : impliedRate(line.amountMinor, functionalAmountMinor, foreign);
  return { ...line, currency: foreign.from, functionalAmountMinor, rate: rateText(rate) };
}

/** More debited than credited is a gain, which stands on the credit side. */
function realised(differenceMinor: bigint, { from, rate }: ForeignCurrency): EntryLine {
  return {
    role: differenceMinor > 0n ? 'fx-gain' : 'fx-loss',
    amountMinor: 0n,
    currency: from,
    functionalAmountMinor: -differenceMinor,
    rate: rateText(rate),
  };
}
