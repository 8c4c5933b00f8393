// The components of a contract: what each kind agrees from a day on, until it agrees otherwise or ends.
import { LocalDate } from '@countinghouse/kernel';
import { TaxCategory } from './rated-stretch';

export const COMPONENT_KINDS = ['access-fee', 'one-off', 'percent-discount', 'amount-discount', 'cap', 'commitment'] as const;
export type ComponentKind = (typeof COMPONENT_KINDS)[number];

/** Which count of a period is the quantity; those after `periodStart` are known only when it has ended. */
export const MEASURES = ['daily', 'periodStart', 'peak', 'average', 'periodEnd'] as const;
export type Measure = (typeof MEASURES)[number];

/** Up to so many units, the last one without an end; amounts in minor units for the interval of the terms. */
export interface Tier {
  readonly upTo: number | null;
  readonly unitPriceMinor: bigint;
  readonly flatMinor: bigint;
}

interface Taxed {
  readonly taxInclusive: boolean;
  readonly taxCategory: TaxCategory;
}

/** What is paid for a quantity. */
export type PriceTerms =
  | { readonly priceModel: 'flat' | 'perUnit'; readonly unitPriceMinor: bigint }
  | { readonly priceModel: 'graduated' | 'volume'; readonly tiers: readonly Tier[] }
  | { readonly priceModel: 'package'; readonly packageSize: number; readonly unitPriceMinor: bigint };

export type AccessFeeTerms = Taxed &
  PriceTerms & {
    readonly measure: Measure;
    readonly counted: 'eligible' | 'enrolled';
    /** Only people of this cost centre are counted; without it everybody. */
    readonly costCentre: string | null;
    readonly onDecrease: 'credit' | 'none';
    /** The price is for so many months. */
    readonly intervalMonths: 1 | 3 | 6 | 12;
  };

export interface OneOffTerms extends Taxed {
  readonly unitPriceMinor: bigint;
  readonly quantity: number;
}

export interface PercentDiscountTerms {
  /** More than 0, at most 100, with at most four decimals: '12.5'. */
  readonly percent: string;
  /** For so many periods; null is for as long as the component lasts. */
  readonly periods: number | null;
}

export interface AmountDiscountTerms extends Taxed {
  /** A period. */
  readonly amountMinor: bigint;
  readonly periods: number | null;
}

/** Of a cap: no more than so much; of a commitment: no less. */
export interface LimitTerms extends Taxed {
  readonly amountMinor: bigint;
  readonly per: 'period' | 'term';
}

/** What is agreed, by the kind of the component. */
export interface TermsOfKind {
  readonly 'access-fee': AccessFeeTerms;
  readonly 'one-off': OneOffTerms;
  readonly 'percent-discount': PercentDiscountTerms;
  readonly 'amount-discount': AmountDiscountTerms;
  readonly cap: LimitTerms;
  readonly commitment: LimitTerms;
}
export type ComponentTerms = TermsOfKind[ComponentKind];

type NameOf<Terms> = Terms extends unknown ? keyof Terms : never;
type ValueOf<Terms, Name> = Terms extends unknown ? (Name extends keyof Terms ? Terms[Name] : never) : never;
/** The terms of whichever kind, with everything that any kind says. */
export type AnyTerms = { readonly [Name in NameOf<ComponentTerms>]?: ValueOf<ComponentTerms, Name> };

/** One recorded change of a component. A ramp is `terms` of several days. */
export type FeeChange = { readonly seq: number; readonly effectiveOn: LocalDate } & (
  | { readonly kind: 'terms'; readonly terms: ComponentTerms }
  | { readonly kind: 'end' }
);
