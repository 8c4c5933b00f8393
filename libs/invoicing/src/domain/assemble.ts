// Assembles an invoice: from the lines a payer owes to nets, tax groups and totals by EN 16931.
import { addDays, DateRange, Decimal, decimalToString, LocalDate, minDate, percentOf } from '@countinghouse/kernel';
import { takeApart } from './take-apart';
import { decideTax, includedRate, TaxDecision, TaxedBuyer } from './tax';
import { ProductTaxCategory, sameRate } from './tax-rates';

/** A line as the charges say it, before tax. */
export interface OwedLine {
  readonly description: string;
  /** Exact decimal as text; negative on a credit. */
  readonly quantity: string;
  /** List price of one, in the price's own terms: with tax if `taxInclusive`. Never negative. */
  readonly unitPriceMinor: bigint;
  /** What the charges of the line add up to, in the price's own terms; negative for a credit. */
  readonly listedMinor: bigint;
  readonly taxInclusive: boolean;
  readonly product: ProductTaxCategory;
  readonly servicePeriod: DateRange;
}

export interface AssembledLine<Line extends OwedLine = OwedLine> {
  readonly lineNo: number;
  readonly owed: Line;
  readonly netMinor: bigint;
  readonly tax: TaxDecision;
}

/** One (category, rate) of the document: the sum of its nets, and its tax, rounded once. */
export interface TaxGroup {
  readonly tax: TaxDecision;
  readonly baseMinor: bigint;
  readonly taxMinor: bigint;
}

export interface AssembledInvoice<Line extends OwedLine = OwedLine> {
  readonly lines: readonly AssembledLine<Line>[];
  readonly taxes: readonly TaxGroup[];
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
  readonly grossMinor: bigint;
}

export interface InvoiceInput<Line extends OwedLine = OwedLine> {
  readonly issuerCountry: string;
  readonly buyer: TaxedBuyer;
  readonly issuedOn: LocalDate;
  /** In the order in which they are printed, which is also the tie-break of every split. At least one. */
  readonly lines: readonly Line[];
}

interface TaxedLine<Line extends OwedLine> {
  readonly owed: Line;
  readonly tax: TaxDecision;
  /** The rate its list price contains; zero for a price without tax. */
  readonly included: Decimal;
  netMinor: bigint;
}

const NO_TAX: Decimal = { unscaled: 0n, scale: 2 };

/**
 * Pure. Line nets are summed per tax category and rate; tax is computed on that sum and rounded once (half away from
 * zero); gross is Σ net + Σ tax. Where all lines of a group have prices that include just the tax charged, the tax is
 * what is left of them, so that the gross stays exactly what the payer saw. Sums may come out negative: the caller
 * leaves such a payer to a later invoice.
 * @throws DomainError as {@link decideTax} does: then the payer waits, and nothing about its tax is guessed
 */
export function assemble<Line extends OwedLine>(input: InvoiceInput<Line>): AssembledInvoice<Line> {
  const lines = input.lines.map((owed) => taxed(owed, input));
  for (const alike of groupBy(lines, (line) => `${groupKey(line.tax)} ${decimalToString(line.included)}`)) {
    const nets = takeApart(alike.map((line) => line.owed.listedMinor), alike[0]!.included);
    alike.forEach((line, index) => (line.netMinor = nets[index]!));
  }
  const taxes = groupBy(lines, (line) => groupKey(line.tax)).map(taxGroup);
  const netMinor = sum(taxes, (group) => group.baseMinor);
  const taxMinor = sum(taxes, (group) => group.taxMinor);
  return {
    lines: lines.map(({ owed, tax, netMinor: net }, index) => ({ lineNo: index + 1, owed, tax, netMinor: net })),
    taxes,
    netMinor,
    taxMinor,
    grossMinor: netMinor + taxMinor,
  };
}

/**
 * The day whose rate applies. A service is taxed when its period ends (art. 64 of Directive 2006/112/EC), and what is
 * invoiced before that when it is invoiced (art. 66).
 */
export function taxPoint(servicePeriod: DateRange, issuedOn: LocalDate): LocalDate {
  return minDate(addDays(servicePeriod.end, -1), issuedOn);
}

function taxed<Line extends OwedLine>(owed: Line, { issuerCountry, buyer, issuedOn }: InvoiceInput<Line>): TaxedLine<Line> {
  const on = taxPoint(owed.servicePeriod, issuedOn);
  return {
    owed,
    tax: decideTax({ issuerCountry, buyer, product: owed.product, on }),
    included: owed.taxInclusive ? includedRate(issuerCountry, owed.product, on) : NO_TAX,
    netMinor: 0n,
  };
}

function taxGroup(lines: readonly TaxedLine<OwedLine>[]): TaxGroup {
  const { tax } = lines[0]!;
  const baseMinor = sum(lines, (line) => line.netMinor);
  const pricesSayIt = lines.every((line) => line.owed.taxInclusive && sameRate(line.included, tax.rate));
  const taxMinor = pricesSayIt ? sum(lines, (line) => line.owed.listedMinor) - baseMinor : percentOf(baseMinor, tax.rate);
  return { tax, baseMinor, taxMinor };
}

function groupKey(tax: TaxDecision): string {
  return `${tax.category} ${decimalToString(tax.rate)}`;
}

/** Groups in order of first appearance, members in the order given. */
function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

function sum<T>(items: readonly T[], amount: (item: T) => bigint): bigint {
  return items.reduce((total, item) => total + amount(item), 0n);
}
