// The buyers of a chunk, as they are on the day of issue; what of them the documents need is frozen into `invoice.buyer`.
import { Companies, CompanyOnDay, PaymentTerms } from '@countinghouse/companies';
import type { CompanyId, LocalDate } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';
import type { VatStatus } from '../domain/tax';
import { namedMembers, PayerType } from '../persistence/invoice.queries';

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

/** The buyers among the payers, by payer id; two statements at most. */
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
      : await memberBuyers(reader, companies, payerIds, issuedOn);
  return new Map(buyers.map((buyer) => [buyer.payerId, buyer]));
}

/** Members are invoiced by name; the company that they belong to gives country and language, as they were on the day. */
async function memberBuyers(reader: Reader, companies: Companies, ids: readonly string[], issuedOn: LocalDate): Promise<Buyer[]> {
  const members = await namedMembers(reader, ids);
  const employers = await companies.profilesOn(reader, [...new Set(members.map(({ companyId }) => companyId))], issuedOn);
  return members.map(({ id, companyId, name, email }) => {
    const { country, language } = employers.get(companyId)!.profile;
    return { payerId: id, companyId, country, vatStatus: 'not-required', taxId: null, terms: AT_ONCE, snapshot: { name, email, country, language } };
  });
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
