// The contacts of a company: added, changed, removed.
import { Injectable } from '@nestjs/common';
import { CompanyId, DomainError, Id } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId, Tx } from '@countinghouse/platform';
import { checkContact, Contact } from '../domain/contact';
import { companiesById, lockCompaniesById } from '../persistence/company.queries';
import { companyUnknown } from './refusals';

export type ContactId = Id<'CompanyContact'>;
const CONTACTS_MAX = 200;

@Injectable()
export class Contacts {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /** @throws DomainError FORBIDDEN, COMPANY_UNKNOWN, CONTACTS_TOO_MANY and those of {@link checkContact} */
  async add(companyId: CompanyId, input: Contact, actor: Actor): Promise<ContactId> {
    authorise(actor, 'billing');
    const contact = checkContact(input);
    const id = newId<ContactId>();
    await this.database.transaction(async (tx) => {
      await lockCompaniesById(tx, [companyId]);
      if (!(await companiesById(tx, [companyId])).has(companyId)) throw companyUnknown('companyId', companyId);
      const { count } = await tx.one<{ count: bigint }>('SELECT count(*) AS count FROM companies.company_contact WHERE company_id = $1', [companyId]);
      if (count >= CONTACTS_MAX) throw new DomainError('CONTACTS_TOO_MANY', `A company has at most ${CONTACTS_MAX} contacts.`, { field: 'companyId', remedy: 'Remove one first.' });
      await tx.execute('INSERT INTO companies.company_contact (id, company_id, name, email, phone, roles) VALUES ($1, $2, $3, $4, $5, $6)', [
        id, companyId, contact.name, contact.email, contact.phone, contact.roles,
      ]);
      await this.record(tx, 'add-contact', companyId, id, actor);
    });
    return id;
  }

  /** Gives the company. @throws DomainError FORBIDDEN, CONTACT_UNKNOWN and those of {@link checkContact} */
  async change(id: ContactId, input: Contact, actor: Actor): Promise<CompanyId> {
    authorise(actor, 'billing');
    const { name, email, phone, roles } = checkContact(input);
    return this.database.transaction(async (tx) => {
      const changed = await tx.first<{ companyId: CompanyId }>(
        'UPDATE companies.company_contact SET name = $2, email = $3, phone = $4, roles = $5 WHERE id = $1 RETURNING company_id AS "companyId"',
        [id, name, email, phone, roles],
      );
      if (!changed) throw contactUnknown(id);
      await this.record(tx, 'change-contact', changed.companyId, id, actor);
      return changed.companyId;
    });
  }

  /** For good: a person who no longer works there has a right to it. @throws DomainError FORBIDDEN, CONTACT_UNKNOWN */
  async remove(id: ContactId, actor: Actor): Promise<CompanyId> {
    authorise(actor, 'billing');
    return this.database.transaction(async (tx) => {
      const removed = await tx.first<{ companyId: CompanyId }>('DELETE FROM companies.company_contact WHERE id = $1 RETURNING company_id AS "companyId"', [id]);
      if (!removed) throw contactUnknown(id);
      await this.record(tx, 'remove-contact', removed.companyId, id, actor);
      return removed.companyId;
    });
  }

  /** Personal data by id only. */
  private async record(tx: Tx, act: string, companyId: CompanyId, contactId: ContactId, actor: Actor): Promise<void> {
    await this.audit.record(tx, actor, [{ action: `companies.${act}`, subjectType: 'company', subjectId: companyId, change: { contactId } }]);
  }
}

function contactUnknown(id: ContactId): DomainError {
  return new DomainError('CONTACT_UNKNOWN', 'There is no such contact.', { field: 'contactId', value: id, remedy: 'It may have been removed; look at the company again.' });
}
