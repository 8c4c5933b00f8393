// Works off the inbox: what providers have told becomes states, allocations and journal entries, once per event.
import { Injectable, Logger } from '@nestjs/common';
import { isDomainError } from '@countinghouse/kernel';
import { AppClock, Database, sqlState, Tx } from '@countinghouse/platform';
import { ProviderEvent } from '../providers/payment-provider';
import { Providers } from '../providers/providers';
import { ApplyProviderNews, Heard, HeardOutcome } from './apply-provider-news';

/** Events of one transaction. */
const CHUNK = 500;
/** Of an event that fails without being refused. */
const TRIES = 5;

interface InboxRow {
  readonly id: bigint;
  readonly provider: string;
  readonly provider_event_id: string;
  readonly raw: Buffer;
}

/** A row that is ready to be heard, or what is wrong with it. */
type Reading = { readonly heard: Heard } | { readonly fault: HeardOutcome };

@Injectable()
export class ProcessWebhooks {
  private readonly log = new Logger(ProcessWebhooks.name);

  constructor(
    private readonly database: Database,
    private readonly providers: Providers,
    private readonly news: ApplyProviderNews,
    private readonly clock: AppClock,
  ) {}

  /**
   * Processes up to one chunk of unprocessed events in one transaction; how many. When the chunk as a whole fails, its
   * events are tried one by one, so that only the one at fault is parked.
   */
  async execute(): Promise<number> {
    const now = this.clock.now();
    try {
      return await this.database.transaction((tx) => this.process(tx, now, CHUNK));
    } catch (error) {
      this.log.warn(`a chunk of webhooks failed and is tried one by one: ${String(error)}`);
      return this.oneByOne(now);
    }
  }

  /** Every event of a chunk in a transaction of its own; how many were processed or parked. */
  private async oneByOne(now: number): Promise<number> {
    const ids = await this.database.query<{ id: bigint }>(
      'SELECT id FROM payments.webhook_event WHERE processed_at IS NULL ORDER BY id LIMIT $1',
      [CHUNK],
    );
    let settled = 0;
    for (const { id } of ids) {
      try {
        settled += await this.database.transaction((tx) => this.process(tx, now, 1, id));
      } catch (error) {
        settled += await this.failed(id, error);
      }
    }
    return settled;
  }

  /** Rows that another worker holds are skipped; `only` narrows the work down to one of them. */
  private async process(tx: Tx, now: number, limit: number, only: bigint | null = null): Promise<number> {
    const rows = await tx.query<InboxRow>(
      `SELECT id, provider, provider_event_id, raw FROM payments.webhook_event
        WHERE processed_at IS NULL AND ($2::bigint IS NULL OR id = $2) ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit, only],
    );
    if (rows.length === 0) return 0;
    const readings = rows.map((row) => this.read(row));
    const heard = readings.flatMap((reading) => ('heard' in reading ? [reading.heard] : []));
    const outcomes = (await this.news.execute(tx, heard, now)).values();
    await this.mark(tx, rows, readings.map((reading) => ('fault' in reading ? reading.fault : outcomes.next().value!)));
    return rows.length;
  }

  private read(row: InboxRow): Reading {
    try {
      const events = this.providers.named(row.provider).parseWebhook(row.raw);
      const found = events.find((one) => one.eventId === row.provider_event_id);
      return found ? { heard: heardFrom(row.provider, found) } : { fault: parked('EVENT_NOT_IN_BODY', 'the body holds no event of this id') };
    } catch (error) {
      if (isDomainError(error)) return { fault: parked(error.code, error.message) };
      throw error;
    }
  }

  private async mark(tx: Tx, rows: readonly InboxRow[], outcomes: readonly HeardOutcome[]): Promise<void> {
    await tx.execute(
      `UPDATE payments.webhook_event e SET processed_at = now(), outcome = o.outcome, reason = o.reason
         FROM unnest($1::bigint[], $2::text[], $3::text[]) AS o(id, outcome, reason) WHERE e.id = o.id`,
      [rows.map((row) => row.id), outcomes.map((one) => one.outcome), outcomes.map(reasonOf)],
    );
  }

  /**
   * Parks an event that a rule refuses at once, any other after a few tries; 1 if it is parked now. A database that is
   * away throws here again, and nothing is counted against the event.
   */
  private failed(id: bigint, error: unknown): Promise<number> {
    const reason = isDomainError(error) ? `${error.code}: ${error.message}` : `FAILED: ${error instanceof Error ? error.message : String(error)}`;
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<{ parked: boolean }>(
        `UPDATE payments.webhook_event e SET failures = e.failures + 1, reason = $2,
                processed_at = CASE WHEN $3 OR e.failures + 1 >= $4 THEN now() END,
                outcome = CASE WHEN $3 OR e.failures + 1 >= $4 THEN 'parked' END
          WHERE id = $1 AND processed_at IS NULL RETURNING processed_at IS NOT NULL AS parked`,
        [id, reason.slice(0, 500), isRefusal(error), TRIES],
      );
      return rows.filter((row) => row.parked).length;
    });
  }
}

/** What the provider's word means to a payment. */
export function heardFrom(provider: string, { idempotencyKey, reference, outcome, occurredAt, amountMinor, currency }: ProviderEvent): Heard {
  return {
    provider,
    idempotencyKey,
    reference,
    occurredAt,
    amount: { minor: amountMinor, currency },
    news: outcome.state === 'declined' ? { kind: 'declined', declineCode: outcome.declineCode } : { kind: outcome.state === 'captured' ? 'captured' : 'accepted' },
  };
}

function parked(code: string, reason: string): HeardOutcome {
  return { outcome: 'parked', code, reason };
}

function reasonOf(outcome: HeardOutcome): string | null {
  return outcome.outcome === 'parked' ? `${outcome.code}: ${outcome.reason}`.slice(0, 500) : null;
}

/** A rule has said no, here or in the database (integrity, raised, data): trying again would change nothing. */
function isRefusal(error: unknown): boolean {
  return isDomainError(error) || /^(22|23|P0)/.test(sqlState(error) ?? '');
}
