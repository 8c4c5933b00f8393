// What a payment makes of what its provider says: the one place that decides, whether it came by answer, fetch or webhook.
import { LocalDate } from '@countinghouse/kernel';
import { retryOn } from './declines';
import { AttemptState, PaymentState } from './payment-state';

/** Something the provider has said about an attempt, or (unknown) failed to say. */
export type ProviderNews =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'captured' }
  | { readonly kind: 'declined'; readonly declineCode: string };

/** A payment with its attempts by number, as far as news can change them. Only the newest attempt can be open. */
export interface PaymentProgress {
  readonly state: PaymentState;
  /** State of attempt number n at index n − 1. */
  readonly attempts: readonly AttemptState[];
  /** When it is tried again; only in state scheduled after a soft decline. */
  readonly collectOn?: LocalDate;
}

export type NewsEffect =
  | { readonly outcome: 'applied'; readonly next: PaymentProgress }
  /** Nothing changes: it was known, or came too late to count. */
  | { readonly outcome: 'recorded' }
  /** Nothing may be changed by a machine: a person has to look. */
  | { readonly outcome: 'contradiction'; readonly code: string; readonly reason: string };

const RECORDED: NewsEffect = { outcome: 'recorded' };

/**
 * The effect of news about attempt number `attemptNo` (from 1, and on record). Any order and any number of repetitions
 * of a payment's news end in the same state, because what counts is ranked: a capture on any attempt beats a hard
 * decline of the newest, which beats a soft one, which beats "accepted", which beats "unknown"; and news that ranks no
 * higher than what is known changes nothing.
 * @param on the issuer's local day on which the provider says it happened; retries count from it
 */
export function hear(payment: PaymentProgress, attemptNo: number, news: ProviderNews, on: LocalDate): NewsEffect {
  const attempt = payment.attempts[attemptNo - 1];
  if (attempt === undefined) throw new RangeError(`attempt ${attemptNo} of ${payment.attempts.length} is not on record`);
  switch (news.kind) {
    case 'captured':
      return hearCaptured(payment, attemptNo, attempt);
    case 'declined':
      return hearDeclined(payment, attemptNo, attempt, news.declineCode, on);
    case 'accepted':
      return attempt === 'created' || attempt === 'unknown' ? follow(payment, attemptNo, 'submitted', { state: 'processing' }) : RECORDED;
    case 'unknown':
      return attempt === 'created' ? follow(payment, attemptNo, 'unknown', { state: 'unknown' }) : RECORDED;
  }
}

function hearCaptured(payment: PaymentProgress, attemptNo: number, attempt: AttemptState): NewsEffect {
  if (attempt === 'succeeded') return RECORDED;
  if (payment.state === 'succeeded') {
    return contradiction('CAPTURED_TWICE', `attempt ${attemptNo} is captured although another attempt has paid; refund one of the two`);
  }
  if (payment.state === 'cancelled') {
    return contradiction('CAPTURED_AFTER_CANCEL', `attempt ${attemptNo} is captured although the payment was cancelled; refund it`);
  }
  return applied(payment, attemptNo, 'succeeded', { state: 'succeeded' });
}

function hearDeclined(payment: PaymentProgress, attemptNo: number, attempt: AttemptState, declineCode: string, on: LocalDate): NewsEffect {
  // A decline that comes after the capture of the same attempt is simply wrong.
  if (attempt === 'succeeded') return RECORDED;
  const again = retryOn(declineCode, attemptNo, on);
  if (attempt !== 'declined') {
    return follow(payment, attemptNo, 'declined', again ? { state: 'scheduled', collectOn: again } : { state: 'failed' });
  }
  // Known as declined already; a hard decline still ends the hope that a soft one had left.
  const endsHope = !again && payment.state === 'scheduled' && attemptNo === payment.attempts.length;
  return endsHope ? applied(payment, attemptNo, 'declined', { state: 'failed' }) : RECORDED;
}

type Whereabouts = Pick<PaymentProgress, 'state' | 'collectOn'>;

/** Moves the attempt, and the payment with it if it is this attempt that the payment waits for. */
function follow(payment: PaymentProgress, attemptNo: number, attempt: AttemptState, then: Whereabouts): NewsEffect {
  const waitsForIt = attemptNo === payment.attempts.length && (payment.state === 'processing' || payment.state === 'unknown');
  return applied(payment, attemptNo, attempt, waitsForIt ? then : payment);
}

function applied(payment: PaymentProgress, attemptNo: number, attempt: AttemptState, { state, collectOn }: Whereabouts): NewsEffect {
  const attempts = payment.attempts.with(attemptNo - 1, attempt);
  return { outcome: 'applied', next: collectOn ? { state, attempts, collectOn } : { state, attempts } };
}

function contradiction(code: string, reason: string): NewsEffect {
  return { outcome: 'contradiction', code, reason };
}
