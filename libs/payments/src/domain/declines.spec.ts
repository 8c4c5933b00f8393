// Soft and hard declines, and the days on which soft ones are tried again.
import { localDate } from '@countinghouse/kernel';
import { isSoftDecline, MAX_ATTEMPTS, retryOn } from './declines';

const ON = localDate('2026-01-30');

describe('declines', () => {
  it('tries a soft decline again after 3, 5 and 7 days, then no more', () => {
    expect([1, 2, 3, 4].map((no) => retryOn('insufficient-funds', no, ON))).toEqual(['2026-02-02', '2026-02-04', '2026-02-06', undefined]);
    expect(MAX_ATTEMPTS).toBe(4);
  });

  it('never tries a hard decline again', () => {
    expect(isSoftDecline('card-stolen')).toBe(false);
    expect(retryOn('card-stolen', 1, ON)).toBeUndefined();
  });

  it('takes a code it does not know for a hard decline', () => {
    expect(isSoftDecline('zz-9')).toBe(false);
  });
});
