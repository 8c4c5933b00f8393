// The inbox: stores what providers tell us, once per event, before anything is made of it.
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, Ticks } from '@countinghouse/platform';
import { isDomainError } from '@countinghouse/kernel';
import { Grouped } from '../persistence/grouped';
import { PaymentProvider, WebhookHeaders } from '../providers/payment-provider';
import { Providers } from '../providers/providers';

export const PROCESS_WEBHOOKS = 'payments.process-webhooks';

interface InboxRow {
  readonly provider: string;
  readonly providerEventId: string;
  readonly raw: Buffer;
  /** JSON of the headers worth keeping as evidence. */
  readonly headers: string;
}

const EVENT_ID = /^[\x21-\x7e]{1,200}$/;
/** Of a request only what helps to understand it later; cookies, tokens and addresses are nobody's business. */
const KEPT_HEADERS = /^(content-type|user-agent|.*signature.*|.*event.*)$/;

@Injectable()
export class WebhookInbox {
  private readonly incoming: Grouped<InboxRow, void>;

  constructor(
    private readonly database: Database,
    private readonly providers: Providers,
    private readonly ticks: Ticks,
  ) {
    this.incoming = new Grouped((rows) => this.store(rows));
  }

  /**
   * Verifies and stores a webhook; when this resolves it is committed and may be acknowledged. Webhooks that come at the
   * same time share one INSERT. An event that is in the inbox already is not stored again, and that is fine.
   * @throws DomainError PROVIDER_UNKNOWN, WEBHOOK_REFUSED
   */
  async receive(providerName: string, rawBody: Buffer, headers: WebhookHeaders): Promise<void> {
    const provider = this.providers.named(providerName);
    provider.verifyWebhook(rawBody, headers);
    const kept = JSON.stringify(Object.fromEntries(Object.entries(headers).filter(([name]) => KEPT_HEADERS.test(name))));
    await Promise.all(
      eventIdsOf(provider, rawBody).map((providerEventId) =>
        this.incoming.submit({ provider: provider.name, providerEventId, raw: rawBody, headers: kept }),
      ),
    );
  }

  private async store(rows: readonly InboxRow[]): Promise<void[]> {
    await this.database.transaction((tx) =>
      tx.execute(
        `INSERT INTO payments.webhook_event (provider, provider_event_id, raw, headers)
         SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::jsonb[]) AS n(provider, event_id) ORDER BY n.provider, n.event_id
         ON CONFLICT DO NOTHING`,
        [rows.map((row) => row.provider), rows.map((row) => row.providerEventId), rows.map((row) => row.raw), rows.map((row) => row.headers)],
      ),
    );
    this.ticks.wake(PROCESS_WEBHOOKS);
    return rows.map(() => undefined);
  }
}

/**
 * The ids of the events in a body. A body that is rightly signed but cannot be read is stored as well, under its hash:
 * it is evidence, and refusing it would only make the provider send it again.
 */
function eventIdsOf(provider: PaymentProvider, rawBody: Buffer): string[] {
  const byHash = `sha256:${createHash('sha256').update(rawBody).digest('hex')}`;
  try {
    const ids = provider.parseWebhook(rawBody).map((one) => one.eventId);
    return ids.length > 0 && ids.every((id) => EVENT_ID.test(id)) ? [...new Set(ids)] : [byHash];
  } catch (error) {
    if (isDomainError(error)) return [byHash];
    throw error;
  }
}
