// The audit trail: one append-only row per change, in the transaction of the change.
import { Injectable } from '@nestjs/common';
import { IssuerId } from '@countinghouse/kernel';
import { Actor } from '../auth/actor';
import { Tx } from '../database/tx';

export interface AuditEntry {
  /** What was done, as the use case is called: 'invoicing.finalise-invoice'. */
  action: string;
  /** What it was done to: 'invoice', and its id. */
  subjectType: string;
  subjectId: string;
  issuerId?: IssuerId;
  /** Why, in the words of the person; required by use cases that need a reason. */
  reason?: string;
  /** What changed. Never secrets, never card data, personal data by id only. */
  change?: Record<string, unknown>;
}

@Injectable()
export class Audit {
  /** Appends rows for `actor`; one statement however many there are. The database stamps the time. */
  async record(tx: Tx, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
    await tx.execute(
      `INSERT INTO platform.audit_entry (actor, request_id, action, subject_type, subject_id, issuer_id, reason, change)
       SELECT $1, $2, e.action, e.subject_type, e.subject_id, e.issuer_id, e.reason, e.change
         FROM jsonb_to_recordset($3::jsonb)
           AS e(action text, subject_type text, subject_id text, issuer_id uuid, reason text, change jsonb)`,
      [
        actor.subject,
        actor.requestId ?? null,
        JSON.stringify(
          entries.map((entry) => ({
            action: entry.action,
            subject_type: entry.subjectType,
            subject_id: entry.subjectId,
            issuer_id: entry.issuerId ?? null,
            reason: entry.reason ?? null,
            change: entry.change ?? null,
          })),
          (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
        ),
      ],
    );
  }
}
