// SQL of value added tax by rate and country, as the ledger has it.
import { Currency, DateRange, IssuerId } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';

/** One tax and currency; what is owed is positive, minor units. */
export interface VatLine {
  readonly country: string;
  /** Category of EN 16931. */
  readonly category: string;
  /** Percent with two decimals. */
  readonly rate: string;
  readonly currency: Currency;
  readonly baseMinor: bigint;
  readonly taxMinor: bigint;
  readonly functionalCurrency: Currency;
  readonly functionalBaseMinor: bigint;
  readonly functionalTaxMinor: bigint;
}

/** The entries of these days, `[start, end)`. */
export async function vatByRate(reader: Reader, issuerId: IssuerId, range: DateRange): Promise<VatLine[]> {
  return reader.query<VatLine>(
    `SELECT vat.country, vat.category, vat.rate::text, vat.currency, sum(vat.base_minor)::bigint AS "baseMinor", sum(vat.tax_minor)::bigint AS "taxMinor",
            issuer.functional_currency AS "functionalCurrency", sum(vat.functional_base_minor)::bigint AS "functionalBaseMinor",
            sum(vat.functional_tax_minor)::bigint AS "functionalTaxMinor"
       FROM accounting.vat_by_day vat JOIN platform.issuer ON issuer.id = vat.issuer_id
      WHERE vat.issuer_id = $1 AND vat.entry_date >= $2 AND vat.entry_date < $3
      GROUP BY vat.country, vat.category, vat.rate, vat.currency, issuer.functional_currency
      ORDER BY vat.country, vat.category, vat.rate DESC, vat.currency`,
    [issuerId, range.start, range.end],
  );
}
