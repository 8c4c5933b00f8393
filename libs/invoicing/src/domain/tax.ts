// The tax decision: which VAT category and rate a line gets, and the legal reason that goes on the document.
import { Decimal, DomainError, LocalDate } from '@countinghouse/kernel';
import { domesticRate, ProductTaxCategory } from './tax-rates';

/** EN 16931 codes: standard or reduced, reverse charge, outside the scope, exempt. */
export type TaxCategory = 'S' | 'AE' | 'O' | 'E';

/** What the check of the buyer's VAT number said. */
export type VatStatus = 'valid' | 'invalid' | 'unchecked' | 'not-required';

/** Who owes the tax. A member is a consumer; where a company stands and what its number is worth decides for it. */
export type TaxedBuyer =
  | { readonly kind: 'member' }
  | { readonly kind: 'company'; readonly country: string; readonly vatStatus: VatStatus; readonly taxId: string | null };

export interface TaxDecision {
  readonly category: TaxCategory;
  /** Percent, two decimals; zero for every category but S. */
  readonly rate: Decimal;
  /** VATEX or national code, where the category needs a reason. */
  readonly reasonCode: string | null;
  /** As printed; at most 60 characters, which is what SAF-T takes. */
  readonly reason: string | null;
}

export interface TaxQuestion {
  readonly issuerCountry: string;
  readonly buyer: TaxedBuyer;
  readonly product: ProductTaxCategory;
  /** The tax point: the day whose rate applies. */
  readonly on: LocalDate;
}

const EU = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);
const ZERO: Decimal = { unscaled: 0n, scale: 2 };

/**
 * Decides by the general rule for subscriptions: a business is taxed where it is established (arts. 44 and 196 of
 * Directive 2006/112/EC), a consumer where the seller is (art. 45). Source: the reference on EN 16931 §4.
 *
 * A company in another EU state whose number is known to be invalid, or that has none, is treated as a consumer. One
 * whose number has not been checked waits: a tax number is never guessed.
 * @throws DomainError VAT_STATUS_UNCHECKED, VAT_NUMBER_MISSING, and those of {@link domesticRate}
 */
export function decideTax(question: TaxQuestion): TaxDecision {
  const { issuerCountry, buyer } = question;
  if (issuerCountry === 'BR') return serviceTaxOfBrazil();
  if (buyer.kind === 'member' || buyer.country === issuerCountry) return domestic(question);
  // Ask for the rate even where none is charged, so that an issuer without tax rules is refused for every buyer alike.
  domesticRate(issuerCountry, 'exempt', question.on);
  if (!EU.has(issuerCountry) || !EU.has(buyer.country)) return outsideTheScope(issuerCountry);
  if (buyer.vatStatus === 'unchecked') throw unchecked(buyer.taxId);
  if (buyer.vatStatus !== 'valid') return domestic(question);
  if (buyer.taxId === null) throw missing();
  return question.product === 'exempt' ? domestic(question) : reverseCharge(issuerCountry);
}

/**
 * The rate that a tax-inclusive list price contains: the issuer's own, as for a consumer. Every payer's part of such a
 * price is first freed of it and then gets the payer's own tax.
 */
export function includedRate(issuerCountry: string, product: ProductTaxCategory, on: LocalDate): Decimal {
  return issuerCountry === 'BR' ? ZERO : domesticRate(issuerCountry, product, on);
}

function domestic({ issuerCountry, product, on }: TaxQuestion): TaxDecision {
  const rate = domesticRate(issuerCountry, product, on);
  if (product !== 'exempt') return { category: 'S', rate, reasonCode: null, reason: null };
  if (issuerCountry === 'PT') return { category: 'E', rate: ZERO, reasonCode: 'M07', reason: 'Isento artigo 9.º do CIVA' };
  return { category: 'E', rate: ZERO, reasonCode: 'VATEX-EU-132', reason: 'Exempt under art. 132 of Directive 2006/112/EC' };
}

function reverseCharge(issuerCountry: string): TaxDecision {
  if (issuerCountry === 'PT') return { category: 'AE', rate: ZERO, reasonCode: 'M40', reason: 'IVA - autoliquidação' };
  return { category: 'AE', rate: ZERO, reasonCode: 'VATEX-EU-AE', reason: 'Reverse charge' };
}

function outsideTheScope(issuerCountry: string): TaxDecision {
  const reason = EU.has(issuerCountry)
    ? 'Not subject to VAT, art. 44 of Directive 2006/112/EC'
    : `Outside the scope of ${issuerCountry} VAT`;
  return { category: 'O', rate: ZERO, reasonCode: 'VATEX-EU-O', reason };
}

/**
 * Brazil has no VAT on services. The municipal ISS is inside the price and is declared on the city's own service
 * invoice (NFS-e), so our document shows no tax at all.
 */
function serviceTaxOfBrazil(): TaxDecision {
  return { category: 'O', rate: ZERO, reasonCode: null, reason: 'ISS incluído no preço (LC 116/2003), conforme NFS-e' };
}

function unchecked(taxId: string | null): DomainError {
  return new DomainError('VAT_STATUS_UNCHECKED', 'The VAT number of the buyer has not been checked, so its tax is not known.', {
    field: 'vatStatus',
    value: taxId ?? 'unchecked',
    remedy: 'Check the number with VIES and record the answer; the next billing run takes the charges.',
  });
}

function missing(): DomainError {
  return new DomainError('VAT_NUMBER_MISSING', 'The buyer counts as having a valid VAT number, but none is recorded.', {
    field: 'taxId',
    remedy: 'Record the VAT number of the company, and check it.',
  });
}
