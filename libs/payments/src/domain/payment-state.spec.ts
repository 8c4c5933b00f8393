// The transitions of payments and attempts, and the key that an attempt is known by.
import { ATTEMPT_STATES, attemptMayMove, idempotencyKeyOf, PAYMENT_STATES, paymentMayMove, readIdempotencyKey } from './payment-state';

const PAYMENT_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('the states of a payment', () => {
  it('lets nothing out of succeeded and cancelled', () => {
    for (const to of PAYMENT_STATES) {
      expect(paymentMayMove('succeeded', to)).toBe(false);
      expect(paymentMayMove('cancelled', to)).toBe(false);
    }
  });

  it('cancels only what the provider has not heard of', () => {
    expect(PAYMENT_STATES.filter((from) => paymentMayMove(from, 'cancelled'))).toEqual(['scheduled']);
  });

  it('charges only what is scheduled: an unknown payment reaches processing only by what the provider says', () => {
    expect(PAYMENT_STATES.filter((from) => paymentMayMove(from, 'processing'))).toEqual(['scheduled', 'unknown']);
    expect(ATTEMPT_STATES.filter((from) => attemptMayMove(from, 'created'))).toEqual([]);
  });

  it('takes a capture in every state in which the provider may have been called', () => {
    expect(PAYMENT_STATES.filter((from) => paymentMayMove(from, 'succeeded'))).toEqual(['scheduled', 'processing', 'unknown', 'failed']);
    expect(ATTEMPT_STATES.filter((from) => attemptMayMove(from, 'succeeded'))).toEqual(['created', 'submitted', 'unknown', 'declined']);
  });
});

describe('the idempotency key', () => {
  it('is a function of payment and attempt number, and can be read back', () => {
    expect(idempotencyKeyOf(PAYMENT_ID, 2)).toBe(`${PAYMENT_ID}.2`);
    expect(readIdempotencyKey(idempotencyKeyOf(PAYMENT_ID, 2))).toEqual({ paymentId: PAYMENT_ID, attemptNo: 2 });
  });

  it.each(['', PAYMENT_ID, `${PAYMENT_ID}.0`, `${PAYMENT_ID}.-1`, `${PAYMENT_ID}.1 `, 'order-17.1'])('does not read %j', (key) => {
    expect(readIdempotencyKey(key)).toBeUndefined();
  });
});
