// The states of a payment and of an attempt, and the only ways from one to another. The database keeps the same list.

export const PAYMENT_STATES = ['scheduled', 'processing', 'unknown', 'succeeded', 'failed', 'cancelled'] as const;
/**
 * - scheduled: to be charged on its day, for the first time or again after a soft decline.
 * - processing: an attempt is on its way or with the provider.
 * - unknown: the provider was asked and nobody knows yet what it did; never charged again before that is known.
 * - succeeded: captured, allocated and in the books. Nothing moves it from here.
 * - failed: declined for good. Only a capture that turns out to have happened moves it on.
 * - cancelled: given up before the provider heard of it.
 */
export type PaymentState = (typeof PAYMENT_STATES)[number];

export const ATTEMPT_STATES = ['created', 'submitted', 'unknown', 'succeeded', 'declined'] as const;
/** created: the intent is committed, the call may not have been made. submitted: the provider has it. */
export type AttemptState = (typeof ATTEMPT_STATES)[number];

const PAYMENT_TRANSITIONS: Readonly<Record<PaymentState, readonly PaymentState[]>> = {
  scheduled: ['processing', 'failed', 'succeeded', 'cancelled'],
  processing: ['scheduled', 'unknown', 'failed', 'succeeded'],
  unknown: ['processing', 'scheduled', 'failed', 'succeeded'],
  // Money that was captured after all is a fact; a decline that came first does not undo it.
  failed: ['succeeded'],
  succeeded: [],
  cancelled: [],
};

const ATTEMPT_TRANSITIONS: Readonly<Record<AttemptState, readonly AttemptState[]>> = {
  created: ['submitted', 'unknown', 'succeeded', 'declined'],
  submitted: ['succeeded', 'declined'],
  unknown: ['submitted', 'succeeded', 'declined'],
  declined: ['succeeded'],
  succeeded: [],
};

/** Whether a payment may go from one state to another. Staying where it is, is no transition. */
export function paymentMayMove(from: PaymentState, to: PaymentState): boolean {
  return PAYMENT_TRANSITIONS[from].includes(to);
}

/** Whether an attempt may go from one state to another. */
export function attemptMayMove(from: AttemptState, to: AttemptState): boolean {
  return ATTEMPT_TRANSITIONS[from].includes(to);
}

/**
 * The key of every provider call of an attempt. It is a function of the payment and the attempt's number and of nothing
 * else, so that calling again is the same call. The database generates the same text in attempt.idempotency_key.
 */
export function idempotencyKeyOf(paymentId: string, attemptNo: number): string {
  return `${paymentId}.${attemptNo}`;
}

const KEY = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9][0-9]{0,5})$/;

/** The payment and attempt number that a key was made of; undefined when it is not one of our keys. */
export function readIdempotencyKey(key: string): { paymentId: string; attemptNo: number } | undefined {
  const match = KEY.exec(key);
  return match ? { paymentId: match[1]!, attemptNo: Number(match[2]) } : undefined;
}
