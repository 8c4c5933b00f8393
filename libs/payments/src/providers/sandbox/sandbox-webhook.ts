// The body of the sandbox's webhooks: how it is written by the sandbox and read by us.
import { z } from 'zod';
import { ChargeOutcome, ProviderEvent, WebhookUnreadable } from '../payment-provider';
import type { SandboxEvent } from './sandbox-record';

export const SANDBOX = 'sandbox';
export const SIGNATURE_HEADER = 'sandbox-signature';

const schema = z.object({
  id: z.string().regex(/^evt_\d{1,19}$/),
  type: z.enum(['charge.accepted', 'charge.captured', 'charge.declined']),
  /** Epoch milliseconds. */
  occurredAt: z.number().int().nonnegative(),
  charge: z.object({
    reference: z.string().min(1).max(200),
    idempotencyKey: z.string().min(1).max(200),
    amountMinor: z.string().regex(/^\d{1,18}$/),
    currency: z.string().length(3),
    declineCode: z.string().min(1).max(100).nullable(),
  }),
});

export function sandboxBody(event: SandboxEvent): Buffer {
  const body: z.infer<typeof schema> = {
    id: `evt_${event.id}`,
    type: event.type,
    occurredAt: event.occurred_at.getTime(),
    charge: {
      reference: event.reference,
      idempotencyKey: event.idempotency_key,
      amountMinor: event.amount_minor.toString(),
      currency: event.currency,
      declineCode: event.type === 'charge.declined' ? event.decline_code : null,
    },
  };
  return Buffer.from(JSON.stringify(body));
}

/** @throws WebhookUnreadable */
export function readSandboxBody(rawBody: Buffer): ProviderEvent[] {
  const body = schema.safeParse(parseJson(rawBody));
  if (!body.success) throw new WebhookUnreadable(SANDBOX, z.prettifyError(body.error).slice(0, 300));
  const { id, type, occurredAt, charge } = body.data;
  return [
    {
      eventId: id,
      reference: charge.reference,
      idempotencyKey: charge.idempotencyKey,
      amountMinor: BigInt(charge.amountMinor),
      currency: charge.currency,
      occurredAt,
      outcome: outcomeOf(type, charge.declineCode),
    },
  ];
}

function outcomeOf(type: z.infer<typeof schema>['type'], declineCode: string | null): ChargeOutcome {
  switch (type) {
    case 'charge.accepted':
      return { state: 'pending' };
    case 'charge.captured':
      return { state: 'captured' };
    case 'charge.declined':
      return { state: 'declined', declineCode: declineCode ?? 'unspecified' };
  }
}

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    throw new WebhookUnreadable(SANDBOX, 'it is not JSON');
  }
}
