// Registers one company by hand.
import { Injectable } from '@nestjs/common';
import { CompanyId, country, currency, DomainError } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId, violatedConstraint } from '@countinghouse/platform';
import { checkProfile, PAYMENT_TERMS_DAYS_MAX, VatStatus } from '../domain/company-profile';
import { Company } from '../persistence/company.entity';

export interface RegisterCompanyInput {
  /** Unique; the key of the company in files: 'C-000123'. */
  readonly number: string;
  readonly legalName: string;
  readonly tradeName?: string;
  readonly country: string;
  readonly taxId?: string;
  /** Default 'unchecked'. */
  readonly vatStatus?: VatStatus;
  readonly currency: string;
  readonly language: string;
  readonly timeZone: string;
  readonly paymentTermsDays: number;
  readonly email?: string;
  readonly addressLine?: string;
  readonly postalCode?: string;
  readonly city?: string;
  readonly parentId?: CompanyId;
  readonly payerId?: CompanyId;
}

@Injectable()
export class RegisterCompany {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * @throws DomainError FORBIDDEN, COMPANY_INCOMPLETE, COUNTRY_UNKNOWN, CURRENCY_UNKNOWN, TAX_ID_INVALID, LANGUAGE_INVALID,
   * TIME_ZONE_UNKNOWN, VAT_STATUS_WITHOUT_TAX_ID, PAYMENT_TERMS_INVALID, COMPANY_NUMBER_TAKEN, COMPANY_UNKNOWN
   */
  async execute(input: RegisterCompanyInput, actor: Actor): Promise<CompanyId> {
    authorise(actor, 'billing');
    const company = companyOf(input);
    try {
      return await this.database.transaction(async (tx) => {
        await tx.entities.insert(Company, company);
        const change = { number: company.number };
        await this.audit.record(tx, actor, [{ action: 'companies.register-company', subjectType: 'company', subjectId: company.id, change }]);
        return company.id;
      });
    } catch (error) {
      throw refusal(error, input) ?? error;
    }
  }
}

function companyOf(input: RegisterCompanyInput): Company {
  const { profile, errors } = checkProfile({
    country: country(input.country),
    taxId: input.taxId?.trim() || null,
    vatStatus: input.vatStatus ?? 'unchecked',
    currency: currency(input.currency),
    language: input.language,
    timeZone: input.timeZone,
  });
  if (errors.length > 0) throw errors[0]!;
  refuseTerms(input.paymentTermsDays);
  return {
    ...profile,
    id: newId<CompanyId>(),
    number: filledIn('number', input.number),
    legalName: filledIn('legalName', input.legalName),
    tradeName: input.tradeName?.trim() || null,
    vatCheckedOn: null,
    paymentTermsDays: input.paymentTermsDays,
    email: input.email?.trim() || null,
    addressLine: input.addressLine?.trim() || null,
    postalCode: input.postalCode?.trim() || null,
    city: input.city?.trim() || null,
    parentId: input.parentId ?? null,
    payerId: input.payerId ?? null,
    status: 'active',
  };
}

function filledIn(field: 'number' | 'legalName', text: string): string {
  const value = text.normalize('NFC').trim();
  if (value !== '') return value;
  throw new DomainError('COMPANY_INCOMPLETE', `A company has no empty ${field}.`, { field, value: text, remedy: 'Fill it in.' });
}

function refuseTerms(days: number): void {
  if (Number.isInteger(days) && days >= 0 && days <= PAYMENT_TERMS_DAYS_MAX) return;
  throw new DomainError('PAYMENT_TERMS_INVALID', `${days} is not a number of days from 0 to ${PAYMENT_TERMS_DAYS_MAX}.`, {
    field: 'paymentTermsDays',
    value: String(days),
    remedy: `Give whole days from 0 to ${PAYMENT_TERMS_DAYS_MAX}.`,
  });
}

/** What the database's refusal means to the person who registers. */
function refusal(error: unknown, input: RegisterCompanyInput): DomainError | undefined {
  switch (violatedConstraint(error)) {
    case 'company_number_is_unique':
      return new DomainError('COMPANY_NUMBER_TAKEN', `There is a company ${input.number} already.`, {
        field: 'number',
        value: input.number,
        remedy: 'Use another number, or change the company that has this one.',
        cause: error,
      });
    case 'company_parent_exists':
      return unknownCompany('parentId', input.parentId, error);
    case 'company_payer_exists':
      return unknownCompany('payerId', input.payerId, error);
    default:
      return undefined;
  }
}

function unknownCompany(field: 'parentId' | 'payerId', value: string | undefined, cause: unknown): DomainError {
  return new DomainError('COMPANY_UNKNOWN', `There is no company ${value}.`, { field, value, remedy: 'Register that company first.', cause });
}
