// Writes a note on a company; notes are never changed.
import { Injectable } from '@nestjs/common';
import { CompanyId, DomainError, Id } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId } from '@countinghouse/platform';
import { companiesById } from '../persistence/company.queries';
import { companyUnknown } from './refusals';

export type NoteId = Id<'CompanyNote'>;
const LENGTH_MAX = 4_000;

@Injectable()
export class AddNote {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /** @throws DomainError FORBIDDEN, COMPANY_UNKNOWN, NOTE_INVALID */
  async execute(companyId: CompanyId, text: string, actor: Actor): Promise<NoteId> {
    authorise(actor, 'billing');
    const note = text.normalize('NFC').replaceAll('\0', '').trim();
    if (note === '' || note.length > LENGTH_MAX) {
      throw new DomainError('NOTE_INVALID', `A note has 1 to ${LENGTH_MAX} characters.`, { field: 'text', value: String(note.length), remedy: 'Write less, or several notes.' });
    }
    const id = newId<NoteId>();
    await this.database.transaction(async (tx) => {
      if (!(await companiesById(tx, [companyId])).has(companyId)) throw companyUnknown('companyId', companyId);
      await tx.execute('INSERT INTO companies.company_note (id, company_id, text, written_by) VALUES ($1, $2, $3, $4)', [id, companyId, note, actor.subject]);
      await this.audit.record(tx, actor, [{ action: 'companies.add-note', subjectType: 'company', subjectId: companyId, change: { noteId: id } }]);
    });
    return id;
  }
}
