// SQL of value added tax by rate and country, as the ledger has it.
import { Currency, DateRange, IssuerId } from '@countinghouse/kernel';
import { keysetPage, Page, PageArgs, Reader, Where } from '@countinghouse/platform';
import { FROM, LedgerLine, ORDER, SELECT } from './general-ledger.queries';

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

/** One line of {@link vatByRate}. */
export interface TaxOfDays {
  readonly issuerId: IssuerId;
  readonly range: DateRange;
  /** Country, category and rate as on the postings: 'PT S 23.00'. */
  readonly taxCode: string;
  readonly currency: Currency;
}

/** A posting behind a line of the report: a base, or the tax itself, which stands on VAT payable. */
export interface TaxLine extends LedgerLine {
  readonly accountCode: string;
  readonly isTax: boolean;
}

/** The postings behind a line of the report, a page at a time. @throws DomainError PAGE_SIZE_INVALID, CURSOR_INVALID */
export async function taxPage(reader: Reader, { issuerId, range, taxCode, currency }: TaxOfDays, page: PageArgs): Promise<Page<TaxLine>> {
  return keysetPage<TaxLine>(
    reader,
    {
      list: `tax ${issuerId} ${taxCode} ${currency}`,
      select: `${SELECT}, account.code AS "accountCode", account.role = 'vat-payable' AS "isTax"`,
      from: `${FROM} JOIN accounting.account ON account.id = line.account_id`,
      where: new Where()
        .when(issuerId, (id) => `account.issuer_id = ${id} AND account.role IN ('vat-payable', 'deferred-revenue', 'revenue')`)
        .when(taxCode, (code) => `line.tax_code = ${code}`)
        .when(currency, (code) => `line.currency = ${code}`)
        .when(range.start, (start) => `line.entry_date >= ${start}`)
        .when(range.end, (end) => `line.entry_date < ${end}`),
      orderBy: ORDER,
      direction: 'ascending',
    },
    page,
  );
}
