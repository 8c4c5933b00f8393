// The buyers of a chunk, as they are on the day of issue; what of them the documents need is frozen into `invoice.buyer`.
import { Companies, CompanyOnDay, PaymentTerms } from '@countinghouse/companies';
import type { CompanyId, LocalDate } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';
import type { VatStatus } from '../domain/tax';
import { memberBuyers, PayerType } from '../persistence/invoice.queries';

export interface Buyer {
  readonly payerId: string;
  readonly companyId: CompanyId;
  readonly country: string;
  readonly vatStatus: VatStatus;
  readonly taxId: string | null;
  readonly terms: PaymentTerms;
  readonly snapshot: Readonly<Record<string, unknown>>;
}

/** A member pays at once, by card. */
const AT_ONCE: PaymentTerms = { kind: 'net', days: 0 };

/** The buyers among the payers, by payer id; one statement. */
export async function buyersOf(
  reader: Reader,
  companies: Companies,
  payerType: PayerType,
  payerIds: readonly string[],
  issuedOn: LocalDate,
): Promise<Map<string, Buyer>> {
  const buyers =
    payerType === 'company'
      ? [...(await companies.profilesOn(reader, payerIds as CompanyId[], issuedOn)).values()].map(companyBuyer)
      : (await memberBuyers(reader, payerIds)).map((member): Buyer => ({ ...member, vatStatus: 'not-required', taxId: null, terms: AT_ONCE }));
  return new Map(buyers.map((buyer) => [buyer.payerId, buyer]));
}

function companyBuyer({ id, number, version, profile, vatStatus, vatCheckedOn, vatConsultation }: CompanyOnDay): Buyer {
  const { country, taxId, registrationId, legalName: name, addressLine, addressLine2, addressLine3, postalCode, city, region } = profile;
  const { email, language, delivery, eInvoiceScheme, eInvoiceAddress, purchaseOrder } = profile;
  return {
    payerId: id, companyId: id, country, vatStatus, taxId,
    terms: { kind: profile.paymentTermsKind, days: profile.paymentTermsDays },
    snapshot: {
      name, number, version, country, taxId, registrationId, vatStatus, vatCheckedOn, vatConsultation, addressLine, addressLine2, addressLine3,
      postalCode, city, region, email, language, delivery, eInvoiceScheme, eInvoiceAddress, purchaseOrder,
    },
  };
}
