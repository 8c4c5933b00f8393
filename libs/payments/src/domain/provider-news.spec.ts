// What single pieces of news do to a payment.
import { localDate } from '@countinghouse/kernel';
import { hear, PaymentProgress, ProviderNews } from './provider-news';

const ON = localDate('2026-03-10');
const CAPTURED: ProviderNews = { kind: 'captured' };
const SOFT: ProviderNews = { kind: 'declined', declineCode: 'insufficient-funds' };
const HARD: ProviderNews = { kind: 'declined', declineCode: 'card-expired' };

const processing: PaymentProgress = { state: 'processing', attempts: ['submitted'] };

describe('news of a provider', () => {
  it('a capture settles the payment, even before the provider has answered the charge', () => {
    const next = { state: 'succeeded', attempts: ['succeeded'] };
    expect(hear(processing, 1, CAPTURED, ON)).toEqual({ outcome: 'applied', next });
    expect(hear({ state: 'processing', attempts: ['created'] }, 1, CAPTURED, ON)).toEqual({ outcome: 'applied', next });
  });

  it('a late answer to the charge changes nothing once the webhook has settled it', () => {
    const settled: PaymentProgress = { state: 'succeeded', attempts: ['succeeded'] };
    expect(hear(settled, 1, { kind: 'accepted' }, ON)).toEqual({ outcome: 'recorded' });
    expect(hear(settled, 1, { kind: 'unknown' }, ON)).toEqual({ outcome: 'recorded' });
  });

  it('failed after succeeded changes nothing', () => {
    const settled: PaymentProgress = { state: 'succeeded', attempts: ['succeeded'] };
    expect(hear(settled, 1, HARD, ON)).toEqual({ outcome: 'recorded' });
    expect(hear(settled, 1, SOFT, ON)).toEqual({ outcome: 'recorded' });
  });

  it('a soft decline schedules the payment again, a hard one fails it', () => {
    expect(hear(processing, 1, SOFT, ON)).toEqual({
      outcome: 'applied',
      next: { state: 'scheduled', attempts: ['declined'], collectOn: '2026-03-13' },
    });
    expect(hear(processing, 1, HARD, ON)).toEqual({ outcome: 'applied', next: { state: 'failed', attempts: ['declined'] } });
  });

  it('the last soft decline fails the payment', () => {
    const last: PaymentProgress = { state: 'processing', attempts: ['declined', 'declined', 'declined', 'submitted'] };
    expect(hear(last, 4, SOFT, ON)).toMatchObject({ next: { state: 'failed' } });
  });

  it('a repeated decline of an older attempt does not touch the attempt that followed it', () => {
    const retried: PaymentProgress = { state: 'processing', attempts: ['declined', 'created'] };
    expect(hear(retried, 1, SOFT, ON)).toEqual({ outcome: 'recorded' });
    expect(hear(retried, 1, HARD, ON)).toEqual({ outcome: 'recorded' });
  });

  it('a time-out makes the payment unknown, and what the provider says then resolves it', () => {
    const timedOut = hear({ state: 'processing', attempts: ['created'] }, 1, { kind: 'unknown' }, ON);
    const unknown: PaymentProgress = { state: 'unknown', attempts: ['unknown'] };
    expect(timedOut).toEqual({ outcome: 'applied', next: unknown });
    expect(hear(unknown, 1, { kind: 'accepted' }, ON)).toEqual({ outcome: 'applied', next: processing });
    expect(hear(unknown, 1, CAPTURED, ON)).toMatchObject({ next: { state: 'succeeded' } });
  });

  it('a capture after a decline is money, and settles the payment', () => {
    expect(hear({ state: 'failed', attempts: ['declined'] }, 1, CAPTURED, ON)).toMatchObject({ next: { state: 'succeeded' } });
  });

  it('a second capture of one payment is shown to a person', () => {
    const paid: PaymentProgress = { state: 'succeeded', attempts: ['declined', 'succeeded'] };
    expect(hear(paid, 1, CAPTURED, ON)).toMatchObject({ outcome: 'contradiction', code: 'CAPTURED_TWICE' });
  });

  it('a capture of a cancelled payment is shown to a person', () => {
    expect(hear({ state: 'cancelled', attempts: ['declined'] }, 1, CAPTURED, ON)).toMatchObject({
      outcome: 'contradiction',
      code: 'CAPTURED_AFTER_CANCEL',
    });
  });

  it('knows only attempts that are on record', () => {
    expect(() => hear(processing, 2, CAPTURED, ON)).toThrow(RangeError);
  });
});
