// Registers one company by hand.
import { Injectable } from '@nestjs/common';
import { CompanyId, country, currency, DomainError, TimeZone } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, Idempotency, Tx, violatedConstraint } from '@countinghouse/platform';
import { checkProfile, CompanyProfile, EMPTY_PROFILE, refuseStatusWithoutNumber, VatStatus } from '../domain/company-profile';
import { writeCompanies } from '../persistence/company.queries';

type Required = 'legalName' | 'country' | 'currency' | 'language' | 'timeZone' | 'paymentTermsDays';
/** The account money goes to is entered on its own, by an accountant. */
type Bank = 'iban' | 'bic' | 'accountHolder';

export interface RegisterCompanyInput extends Partial<Omit<CompanyProfile, Required | Bank>> {
  /** Unique; the key of the company in files: 'C-000123'. */
  readonly number: string;
  readonly legalName: string;
  readonly country: string;
  /** Default 'unchecked'. */
  readonly vatStatus?: VatStatus;
  readonly currency: string;
  readonly language: string;
  readonly timeZone: string;
  readonly paymentTermsDays: number;
  readonly parentId?: CompanyId;
  readonly payerId?: CompanyId;
  readonly idempotencyKey?: string;
}

@Injectable()
export class RegisterCompany {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: AppClock,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * @throws DomainError FORBIDDEN, COMPANY_NUMBER_TAKEN, COMPANY_UNKNOWN, IDEMPOTENCY_KEY_REUSED, COUNTRY_UNKNOWN, CURRENCY_UNKNOWN,
   * VAT_STATUS_WITHOUT_TAX_ID and those of {@link checkProfile}
   */
  async execute({ idempotencyKey: key, ...input }: RegisterCompanyInput, actor: Actor): Promise<CompanyId> {
    authorise(actor, 'billing');
    const company = companyOf(input);
    const at = new Date(this.clock.now());
    const register = (tx: Tx) => this.register(tx, company, input, at, actor);
    try {
      return await this.database.transaction((tx) =>
        key === undefined ? register(tx) : this.idempotency.once(tx, { operation: 'companies.register-company', key, input }, () => register(tx)),
      );
    } catch (error) {
      throw refusal(error, input) ?? error;
    }
  }

  private async register(tx: Tx, company: ReturnType<typeof companyOf>, { parentId, payerId }: RegisterCompanyInput, at: Date, actor: Actor): Promise<CompanyId> {
    const taken = await tx.first('SELECT FROM companies.company WHERE number = $1', [company.number]);
    if (taken) throw numberTaken(company.number);
    const [written] = await writeCompanies(tx, [company], { by: actor.subject, reason: null, at });
    // Another may have been quicker with the number since we looked; what we have written over it is taken back.
    if (!written?.isNew) throw numberTaken(company.number);
    const { id } = written;
    if (parentId !== undefined || payerId !== undefined) await placeAtFirst(tx, id, parentId, payerId, actor);
    await this.audit.record(tx, actor, [{ action: 'companies.register-company', subjectType: 'company', subjectId: id, change: { number: company.number } }]);
    return id;
  }
}

/** Where a company stands when it is registered, it has always stood. */
async function placeAtFirst(tx: Tx, id: CompanyId, parentId: CompanyId | undefined, payerId: CompanyId | undefined, actor: Actor): Promise<void> {
  await tx.execute(
    `INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by)
     SELECT $1, place.kind, '-infinity', place.target_id, $4
       FROM (VALUES ('parent', $2::uuid), ('payer', $3::uuid)) AS place(kind, target_id) WHERE place.target_id IS NOT NULL`,
    [id, parentId ?? null, payerId ?? null, actor.subject],
  );
  await tx.execute('UPDATE companies.company SET parent_id = $2, payer_id = $3 WHERE id = $1', [id, parentId ?? null, payerId ?? null]);
}

function companyOf({ number, vatStatus = 'unchecked', parentId: _parent, payerId: _payer, ...input }: RegisterCompanyInput) {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const { profile, errors } = checkProfile({
    ...EMPTY_PROFILE,
    ...given,
    legalName: input.legalName,
    language: input.language,
    paymentTermsDays: input.paymentTermsDays,
    country: country(input.country),
    currency: currency(input.currency),
    timeZone: input.timeZone as TimeZone,
  });
  if (errors.length > 0) throw errors[0]!;
  refuseStatusWithoutNumber(vatStatus, profile.taxId);
  return { number: numberOf(number), vatStatus, profile };
}

function numberOf(text: string): string {
  const number = text.normalize('NFC').trim();
  if (number !== '' && number.length <= 40) return number;
  throw new DomainError('COMPANY_INCOMPLETE', 'A company has a number of 1 to 40 characters.', { field: 'number', value: text.slice(0, 60), remedy: 'Fill it in.' });
}

function numberTaken(number: string): DomainError {
  return new DomainError('COMPANY_NUMBER_TAKEN', `There is a company ${number} already.`, {
    field: 'number',
    value: number,
    remedy: 'Use another number, or change the company that has this one.',
  });
}

/** What the database's refusal means to the person who registers. */
function refusal(error: unknown, { parentId, payerId }: RegisterCompanyInput): DomainError | undefined {
  if (violatedConstraint(error) !== 'company_move_target_exists') return undefined;
  const [field, value] = parentId === undefined ? ['payerId', payerId] : ['parentId', parentId];
  return new DomainError('COMPANY_UNKNOWN', `There is no company ${value}.`, { field, value, remedy: 'Register that company first.', cause: error });
}
