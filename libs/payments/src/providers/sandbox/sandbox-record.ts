// The sandbox's own record of charges and events: all of its SQL. It knows nothing of payments.
import { Injectable } from '@nestjs/common';
import { Currency, isoInstant } from '@countinghouse/kernel';
import { Database } from '@countinghouse/platform';
import type { SandboxEventType, Scenario } from './sandbox-scenario';

export interface NewSandboxCharge {
  readonly idempotencyKey: string;
  readonly token: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly scenario: Scenario;
}

export interface SandboxCharge {
  readonly idempotency_key: string;
  readonly reference: string;
  readonly token: string;
  readonly currency: string;
  readonly amount_minor: bigint;
  readonly state: 'lost' | 'pending' | 'captured' | 'declined';
  readonly decline_code: string | null;
  /** How often it was asked for, this time included. */
  readonly calls: number;
  readonly created_at: Date;
  readonly decided_at: Date | null;
}

export interface SandboxEvent {
  readonly id: bigint;
  readonly type: SandboxEventType;
  readonly copies: number;
  readonly occurred_at: Date;
  readonly sends: number;
  readonly reference: string;
  readonly idempotency_key: string;
  readonly currency: string;
  readonly amount_minor: bigint;
  readonly decline_code: string | null;
}

export interface SendOutcome {
  readonly id: bigint;
  readonly state: 'pending' | 'delivered' | 'given-up';
  readonly dueAtMs: number;
  readonly error: string | null;
}

const CHARGE_COLUMNS = 'idempotency_key, reference, token, currency, amount_minor, state, decline_code, calls, created_at, decided_at';
/** Between two things told about one charge, so that the order of telling is kept. */
const TELLING_GAP_MS = 100;

@Injectable()
export class SandboxRecord {
  constructor(private readonly database: Database) {}

  /** Takes charges in, each key once: a repeated key counts the call and, if the first was lost, is the one that arrives. */
  async take(charges: readonly NewSandboxCharge[], nowMs: number, decideAtMs: number): Promise<Map<string, SandboxCharge>> {
    // A key that comes twice in one group is the same call; ON CONFLICT cannot touch a row twice in one statement.
    const byKey = [...new Map(charges.map((charge) => [charge.idempotencyKey, charge])).values()];
    const taken = await this.database.transaction((tx) =>
      tx.query<SandboxCharge>(
        `INSERT INTO payments.sandbox_charge AS c
           (idempotency_key, token, currency, amount_minor, state, verdict, decline_code, telling, created_at, decide_at)
         SELECT n.*, $9::timestamptz, $10::timestamptz
           FROM unnest($1::text[], $2::text[], $3::char(3)[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::jsonb[]) AS n(key)
          ORDER BY n.key
         ON CONFLICT (idempotency_key) DO UPDATE SET calls = c.calls + 1,
           state = CASE c.state WHEN 'lost' THEN 'pending' ELSE c.state END,
           decide_at = CASE c.state WHEN 'lost' THEN excluded.decide_at ELSE c.decide_at END
         RETURNING ${CHARGE_COLUMNS}`,
        [
          byKey.map((charge) => charge.idempotencyKey),
          byKey.map((charge) => charge.token),
          byKey.map((charge) => charge.currency),
          byKey.map((charge) => charge.amountMinor),
          byKey.map((charge) => (charge.scenario.firstCall === 'lost' ? 'lost' : 'pending')),
          byKey.map((charge) => charge.scenario.verdict),
          byKey.map((charge) => charge.scenario.declineCode),
          byKey.map((charge) => JSON.stringify(charge.scenario.telling)),
          isoInstant(nowMs),
          isoInstant(decideAtMs),
        ],
      ),
    );
    return new Map(taken.map((charge) => [charge.idempotency_key, charge]));
  }

  /** What is on record under a key; a lost request left nothing that the provider would admit to. */
  async find(idempotencyKey: string): Promise<SandboxCharge | undefined> {
    const [charge] = await this.database.query<SandboxCharge>(
      `SELECT ${CHARGE_COLUMNS} FROM payments.sandbox_charge WHERE idempotency_key = $1 AND state <> 'lost'`,
      [idempotencyKey],
    );
    return charge;
  }

  /** Captures or declines pending charges that are due, and writes down what is to be told of them. */
  async decide(nowMs: number, limit: number): Promise<void> {
    await this.database.transaction((tx) =>
      tx.execute(
        `WITH due AS (
           SELECT id FROM payments.sandbox_charge WHERE state = 'pending' AND decide_at <= $1
            ORDER BY decide_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
         ), decided AS (
           UPDATE payments.sandbox_charge c SET state = c.verdict, decided_at = $1
             FROM due WHERE c.id = due.id RETURNING c.id, c.telling, c.created_at
         )
         INSERT INTO payments.sandbox_event (charge_id, type, copies, occurred_at, due_at)
         SELECT d.id, t.value ->> 'type', (t.value ->> 'copies')::int,
                CASE t.value ->> 'type' WHEN 'charge.accepted' THEN d.created_at ELSE $1::timestamptz END,
                $1::timestamptz + (t.ordinality - 1) * $3::int * interval '1 millisecond'
           FROM decided d, jsonb_array_elements(d.telling) WITH ORDINALITY t
          ORDER BY t.ordinality, d.id`,
        [isoInstant(nowMs), limit, TELLING_GAP_MS],
      ),
    );
  }

  /** Takes events that are due, for so long that nobody else sends them meanwhile; a sender that dies lets them go by itself. */
  async claim(nowMs: number, leaseUntilMs: number, limit: number): Promise<SandboxEvent[]> {
    return this.database.transaction((tx) =>
      tx.query<SandboxEvent>(
        `WITH claimed AS (
           UPDATE payments.sandbox_event e SET sends = e.sends + 1, due_at = $2
             FROM (SELECT id FROM payments.sandbox_event WHERE state = 'pending' AND due_at <= $1
                    ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) due
            WHERE e.id = due.id RETURNING e.id, e.charge_id, e.type, e.copies, e.occurred_at, e.sends
         )
         SELECT e.id, e.type, e.copies, e.occurred_at, e.sends, c.reference, c.idempotency_key, c.currency, c.amount_minor, c.decline_code
           FROM claimed e JOIN payments.sandbox_charge c ON c.id = e.charge_id ORDER BY e.id`,
        [isoInstant(nowMs), isoInstant(leaseUntilMs), limit],
      ),
    );
  }

  /** Writes down how the sending of claimed events went. */
  async sent(outcomes: readonly SendOutcome[]): Promise<void> {
    await this.database.transaction((tx) =>
      tx.execute(
        `UPDATE payments.sandbox_event e SET state = o.state, due_at = o.due_at, last_error = o.error
           FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[]) AS o(id, state, due_at, error)
          WHERE e.id = o.id`,
        [
          outcomes.map((outcome) => outcome.id),
          outcomes.map((outcome) => outcome.state),
          outcomes.map((outcome) => isoInstant(outcome.dueAtMs)),
          outcomes.map((outcome) => outcome.error),
        ],
      ),
    );
  }
}
