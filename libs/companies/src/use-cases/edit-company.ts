// Changes the profile of a company, from a day on: an issued document keeps what was true on its own.
import { Injectable } from '@nestjs/common';
import { CompanyId, country, currency, DomainError, LocalDate, localDateIn } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, Tx } from '@countinghouse/platform';
import { checkProfile, CompanyProfile } from '../domain/company-profile';
import { companiesById, KnownCompany, lockCompaniesById, writeCompanies } from '../persistence/company.queries';
import { companyClosed, companyUnknown } from './refusals';

export interface EditCompanyInput {
  readonly companyId: CompanyId;
  /** The fields that change; null empties one. */
  readonly changes: Partial<CompanyProfile>;
  /** From which day it is so; today in the company's zone unless told. Not ahead, and not before the last change. */
  readonly validFrom?: LocalDate;
  readonly reason?: string;
}

/** Where money goes to: whoever can change that and pay out alone can steal. */
const BANK: ReadonlySet<string> = new Set(['iban', 'bic', 'accountHolder'] satisfies (keyof CompanyProfile)[]);

@Injectable()
export class EditCompany {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: AppClock,
  ) {}

  /** @throws DomainError FORBIDDEN, COMPANY_UNKNOWN, COMPANY_CLOSED, VERSION_OUT_OF_ORDER and those of {@link checkProfile} */
  async execute({ companyId, changes, validFrom, reason }: EditCompanyInput, actor: Actor): Promise<void> {
    const fields = Object.keys(changes);
    authorise(actor, fields.some((field) => BANK.has(field)) ? 'accountant' : 'billing');
    const now = this.clock.now();
    await this.database.transaction(async (tx) => {
      const before = await this.locked(tx, companyId);
      const profile = changed(before, changes);
      if (validFrom !== undefined) refuseOutOfOrder(before, validFrom, localDateIn(before.profile.timeZone, now));
      const sameNumber = before.profile.taxId === profile.taxId && before.profile.country === profile.country;
      const written = await writeCompanies(
        tx,
        [{ number: before.number, profile, vatStatus: sameNumber ? before.vatStatus : 'unchecked', ...(validFrom && { validFrom }) }],
        { by: actor.subject, reason: reason ?? null, at: new Date(now) },
      );
      if (written.length === 0) return;
      const change = { fields: differing(before.profile, profile), ...(validFrom && { validFrom }) };
      await this.audit.record(tx, actor, [{ action: 'companies.edit-company', subjectType: 'company', subjectId: companyId, ...(reason && { reason }), change }]);
    });
  }

  private async locked(tx: Tx, id: CompanyId): Promise<KnownCompany> {
    await lockCompaniesById(tx, [id]);
    const company = (await companiesById(tx, [id])).get(id);
    if (!company) throw companyUnknown('companyId', id);
    if (company.status === 'closed') throw companyClosed('companyId', company.number);
    return company;
  }
}

/** @throws DomainError the first of what is wrong with it */
function changed({ profile: before }: KnownCompany, changes: Partial<CompanyProfile>): CompanyProfile {
  const merged = { ...before, ...changes };
  const { profile, errors } = checkProfile({ ...merged, country: country(merged.country), currency: currency(merged.currency) });
  if (errors.length > 0) throw errors[0]!;
  return profile;
}

function differing(before: CompanyProfile, after: CompanyProfile): string[] {
  return (Object.keys(after) as (keyof CompanyProfile)[]).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}

function refuseOutOfOrder({ validFrom: last }: KnownCompany, validFrom: LocalDate, today: LocalDate): void {
  if (validFrom <= today && (last === undefined || validFrom >= last)) return;
  throw new DomainError('VERSION_OUT_OF_ORDER', `A change cannot hold from ${validFrom}.`, {
    field: 'validFrom',
    value: validFrom,
    remedy: validFrom > today ? `Give a day up to ${today}, or record it when the day has come.` : `The last change holds from ${last}: give that day or a later one.`,
  });
}
