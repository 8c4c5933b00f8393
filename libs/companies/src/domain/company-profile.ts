// A company's profile: what is known of it as a client, what must go together in it, whoever enters it.
import { Country, Currency, DomainError, isDomainError, timeZone, TimeZone } from '@countinghouse/kernel';
import { bic, iban } from './bank-details';
import { PaymentTermsKind, refuseTerms } from './payment-terms';
import { taxId } from './tax-id';

export const VAT_STATUSES = ['valid', 'invalid', 'unchecked', 'not-required'] as const;
export type VatStatus = (typeof VAT_STATUSES)[number];

/** How its documents reach it. */
export const DELIVERIES = ['email', 'e-invoice', 'portal'] as const;
export type Delivery = (typeof DELIVERIES)[number];

/** What is entered, and what versions keep; null where nothing is. */
export interface CompanyProfile {
  readonly legalName: string;
  readonly tradeName: string | null;
  readonly country: Country;
  readonly taxId: string | null;
  /** The number in the commercial register. */
  readonly registrationId: string | null;
  readonly currency: Currency;
  /** ISO 639 code of the language of its documents, with or without a country: `pt`, `pt-BR`. */
  readonly language: string;
  readonly timeZone: TimeZone;
  readonly paymentTermsKind: PaymentTermsKind;
  readonly paymentTermsDays: number;
  readonly delivery: Delivery | null;
  readonly email: string | null;
  /** The electronic address of EN 16931 (BT-49) and the code of its scheme (EAS): 9946 is a Portuguese VAT number. */
  readonly eInvoiceScheme: string | null;
  readonly eInvoiceAddress: string | null;
  readonly portalUrl: string | null;
  readonly purchaseOrder: string | null;
  readonly costCentres: readonly string[];
  readonly addressLine: string | null;
  readonly addressLine2: string | null;
  readonly addressLine3: string | null;
  readonly postalCode: string | null;
  readonly city: string | null;
  /** County, state or province. */
  readonly region: string | null;
  readonly iban: string | null;
  readonly bic: string | null;
  readonly accountHolder: string | null;
}

/** What a profile says when nobody has said anything. */
export const EMPTY_PROFILE = {
  tradeName: null, taxId: null, registrationId: null, paymentTermsKind: 'net', delivery: null, email: null, eInvoiceScheme: null,
  eInvoiceAddress: null, portalUrl: null, purchaseOrder: null, costCentres: [], addressLine: null, addressLine2: null,
  addressLine3: null, postalCode: null, city: null, region: null, iban: null, bic: null, accountHolder: null,
} as const satisfies Partial<CompanyProfile>;

const LENGTH_MAX: Partial<Record<keyof CompanyProfile, number>> = {
  legalName: 200, tradeName: 200, registrationId: 60, email: 254, eInvoiceAddress: 100, portalUrl: 300, purchaseOrder: 60,
  addressLine: 200, addressLine2: 200, addressLine3: 200, postalCode: 20, city: 100, region: 100, accountHolder: 100,
};
const COST_CENTRES_MAX = 200;

const LANGUAGE = /^[a-z]{2,3}(-[A-Z]{2})?$/;
const EMAIL = /^[^\s@"(),:;<>[\]\\]+@[^\s@"(),:;<>[\]\\.]+(\.[^\s@"(),:;<>[\]\\.]+)+$/;
/** The code list of electronic address schemes: those of ISO 6523, and the Union's own from 9900. */
const EAS = /^(0[0-2]\d\d|99\d\d)$/;

/** The profile in its canonical spelling, and everything that is wrong with it: each error names its field. */
export function checkProfile(input: CompanyProfile): { profile: CompanyProfile; errors: DomainError[] } {
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
  const optional = (value: string | null, read: (text: string) => string) => (value === null ? null : attempt(() => read(value), value));
  const spelled = Object.fromEntries(
    Object.entries(input).map(([field, value]) => [field, typeof value === 'string' ? attempt(() => textOf(field as keyof CompanyProfile, value), value) : value]),
  ) as unknown as CompanyProfile;
  const profile: CompanyProfile = {
    ...spelled,
    taxId: optional(spelled.taxId, (text) => taxId(input.country, text)),
    timeZone: attempt(() => timeZone(input.timeZone, 'timeZone'), input.timeZone),
    email: optional(spelled.email, email),
    iban: optional(spelled.iban, iban),
    bic: optional(spelled.bic, bic),
    costCentres: attempt(() => costCentres(input.costCentres), input.costCentres),
  };
  attempt(() => refuseNoName(profile), undefined);
  attempt(() => refuseUnknownLanguage(input.language), undefined);
  attempt(() => refuseTerms({ kind: profile.paymentTermsKind, days: profile.paymentTermsDays }), undefined);
  attempt(() => refuseUnreachable(profile), undefined);
  return { profile, errors };
}

/** NFC and no blanks at the ends, so that one name has one spelling; nothing where nothing is left. @throws DomainError TEXT_TOO_LONG */
function textOf(field: keyof CompanyProfile, text: string): string | null {
  const value = text.normalize('NFC').replaceAll('\0', '').trim();
  const most = LENGTH_MAX[field];
  if (most !== undefined && value.length > most) {
    throw new DomainError('TEXT_TOO_LONG', `${field} has ${value.length} characters.`, { field, value: value.slice(0, 40), remedy: `Use at most ${most}.` });
  }
  return value === '' && field !== 'legalName' ? null : value;
}

/** @throws DomainError EMAIL_INVALID */
export function email(text: string): string {
  if (text.length <= 254 && EMAIL.test(text)) return text;
  throw new DomainError('EMAIL_INVALID', `${JSON.stringify(text.slice(0, 60))} is not an e-mail address.`, {
    field: 'email',
    value: text.slice(0, 60),
    remedy: 'Write one address such as ana@example.com.',
  });
}

/** Codes as the company writes them, each once. */
function costCentres(codes: readonly string[]): string[] {
  const once = [...new Set(codes.map((code) => code.normalize('NFC').trim()))];
  const wrong = once.find((code) => code === '' || code.length > 60);
  if (once.length <= COST_CENTRES_MAX && wrong === undefined) return once;
  throw new DomainError('COST_CENTRES_INVALID', wrong === undefined ? `${once.length} cost centres are too many.` : 'A cost centre has 1 to 60 characters.', {
    field: 'costCentres',
    value: wrong?.slice(0, 60) ?? String(once.length),
    remedy: `Give at most ${COST_CENTRES_MAX} codes of 1 to 60 characters.`,
  });
}

function refuseNoName({ legalName }: CompanyProfile): void {
  if (legalName !== '') return;
  throw new DomainError('COMPANY_INCOMPLETE', 'A company has no empty legalName.', { field: 'legalName', value: legalName, remedy: 'Fill it in.' });
}

function refuseUnknownLanguage(language: string): void {
  if (LANGUAGE.test(language)) return;
  throw new DomainError('LANGUAGE_INVALID', `${JSON.stringify(language.slice(0, 40))} is not a language code.`, {
    field: 'language',
    value: language.slice(0, 40),
    remedy: 'Use a code such as pt, or pt-BR with a country.',
  });
}

/** A way of delivery needs an address that it leads to. */
function refuseUnreachable({ delivery, email: mailbox, eInvoiceScheme, eInvoiceAddress, portalUrl }: CompanyProfile): void {
  if ((eInvoiceScheme === null) !== (eInvoiceAddress === null) || (eInvoiceScheme !== null && !EAS.test(eInvoiceScheme))) {
    throw new DomainError('E_INVOICE_ADDRESS_INVALID', 'An e-invoice address has a scheme of four digits and an address in it.', {
      field: 'eInvoiceScheme',
      value: eInvoiceScheme ?? undefined,
      remedy: 'Give both, such as 9946 and PT501964843, or neither.',
    });
  }
  if (portalUrl !== null && !/^https:\/\/[^\s/]+/.test(portalUrl)) {
    throw new DomainError('PORTAL_URL_INVALID', `${JSON.stringify(portalUrl.slice(0, 60))} is not the address of a portal.`, {
      field: 'portalUrl',
      value: portalUrl.slice(0, 60),
      remedy: 'Give an address that begins with https://.',
    });
  }
  const missing = { email: mailbox === null && 'email', 'e-invoice': eInvoiceAddress === null && 'eInvoiceAddress', portal: portalUrl === null && 'portalUrl' };
  const field = delivery !== null && missing[delivery];
  if (!field) return;
  throw new DomainError('DELIVERY_WITHOUT_ADDRESS', `Documents go out by ${delivery}, but there is no ${field}.`, {
    field,
    remedy: `Give ${field}, or choose another delivery.`,
  });
}

/** A VAT check has a number as its object, so there is no result without one. @throws DomainError VAT_STATUS_WITHOUT_TAX_ID */
export function refuseStatusWithoutNumber(vatStatus: VatStatus, number: string | null): void {
  if (number !== null || (vatStatus !== 'valid' && vatStatus !== 'invalid')) return;
  throw new DomainError('VAT_STATUS_WITHOUT_TAX_ID', `The VAT status is ${vatStatus}, but there is no tax id that could have been checked.`, {
    field: 'vatStatus',
    value: vatStatus,
    remedy: 'Give the tax id, or the status unchecked or not-required.',
  });
}
