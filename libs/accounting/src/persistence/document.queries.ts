// SQL of documents: what reports say of them beside their amounts.
import type { Fact } from '@countinghouse/contracts';
import { Tx } from '@countinghouse/platform';

/** Keeps number and due day of the documents that these facts post for the first time; one statement. */
export async function insertDocuments(tx: Tx, facts: readonly Fact[]): Promise<void> {
  const documents = facts.flatMap((fact) => {
    if (fact.kind !== 'invoice-finalised' && fact.kind !== 'credit-note-finalised') return [];
    const dueOn = fact.kind === 'invoice-finalised' ? (fact.dueOn ?? fact.on) : fact.on;
    return [{ ...fact, dueOn }];
  });
  if (documents.length === 0) return;
  await tx.execute(
    `INSERT INTO accounting.document (id, type, issuer_id, number, issued_on, due_on)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::date[], $6::date[])`,
    [
      documents.map((document) => document.sourceId),
      documents.map((document) => document.sourceType),
      documents.map((document) => document.issuerId),
      documents.map((document) => document.documentNumber),
      documents.map((document) => document.on),
      documents.map((document) => document.dueOn),
    ],
  );
}
