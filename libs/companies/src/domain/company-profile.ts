// A company's profile: what must go together in it, whoever enters it.
import { Country, Currency, DomainError, isDomainError, timeZone, TimeZone } from '@countinghouse/kernel';
import { taxId } from './tax-id';

export const VAT_STATUSES = ['valid', 'invalid', 'unchecked', 'not-required'] as const;
export type VatStatus = (typeof VAT_STATUSES)[number];

/** The longest terms we grant, in days. */
export const PAYMENT_TERMS_DAYS_MAX = 365;

/** What is entered; null where nothing is. */
export interface CompanyProfileInput {
  readonly country: Country;
  readonly taxId: string | null;
  readonly vatStatus: VatStatus;
  readonly currency: Currency;
  /** ISO 639 code of the language of its documents, with or without a country: `pt`, `pt-BR`. */
  readonly language: string;
  readonly timeZone: string;
}

export interface CompanyProfile extends CompanyProfileInput {
  readonly timeZone: TimeZone;
}

const LANGUAGE = /^[a-z]{2,3}(-[A-Z]{2})?$/;

/** The profile in its canonical spelling, and everything that is wrong with it: each error names its field. */
export function checkProfile(input: CompanyProfileInput): { profile: CompanyProfile; errors: DomainError[] } {
  const errors: DomainError[] = [];
  const attempt = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if (!isDomainError(error)) throw error;
      errors.push(error);
      return otherwise;
    }
  };
  const profile = {
    ...input,
    taxId: input.taxId === null ? null : attempt(() => taxId(input.country, input.taxId!), input.taxId),
    timeZone: attempt(() => timeZone(input.timeZone, 'timeZone'), input.timeZone as TimeZone),
  };
  attempt(() => refuseUnknownLanguage(input.language), undefined);
  attempt(() => refuseValidStatusWithoutNumber(input), undefined);
  return { profile, errors };
}

function refuseUnknownLanguage(language: string): void {
  if (LANGUAGE.test(language)) return;
  throw new DomainError('LANGUAGE_INVALID', `${JSON.stringify(language.slice(0, 40))} is not a language code.`, {
    field: 'language',
    value: language.slice(0, 40),
    remedy: 'Use a code such as pt, or pt-BR with a country.',
  });
}

/** A VAT check has a number as its object, so there is no result without one. */
function refuseValidStatusWithoutNumber({ vatStatus, taxId: number }: CompanyProfileInput): void {
  if (number !== null || (vatStatus !== 'valid' && vatStatus !== 'invalid')) return;
  throw new DomainError('VAT_STATUS_WITHOUT_TAX_ID', `The VAT status is ${vatStatus}, but there is no tax id that could have been checked.`, {
    field: 'vatStatus',
    value: vatStatus,
    remedy: 'Give the tax id, or the status unchecked or not-required.',
  });
}
