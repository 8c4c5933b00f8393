// Whatever order a provider's events come in, and however often, a payment ends in the same state.
import fc from 'fast-check';
import { localDate } from '@countinghouse/kernel';
import { attemptMayMove, paymentMayMove } from './payment-state';
import { hear, PaymentProgress, ProviderNews } from './provider-news';

const ON = localDate('2026-03-10');

interface Heard {
  readonly attemptNo: number;
  readonly news: ProviderNews;
}

/** A payment in the middle of its life: earlier attempts declined, the newest one open. */
const startingPoint: fc.Arbitrary<PaymentProgress> = fc
  .record({ earlier: fc.integer({ min: 0, max: 3 }), newest: fc.constantFrom('created' as const, 'submitted' as const, 'unknown' as const) })
  .map(({ earlier, newest }) => ({
    state: newest === 'unknown' ? ('unknown' as const) : ('processing' as const),
    attempts: [...Array<'declined'>(earlier).fill('declined'), newest],
  }));

const news: fc.Arbitrary<ProviderNews> = fc.oneof(
  fc.constant<ProviderNews>({ kind: 'accepted' }),
  fc.constant<ProviderNews>({ kind: 'captured' }),
  fc.constantFrom('insufficient-funds', 'card-expired', 'nobody-knows-this-code').map((declineCode): ProviderNews => ({ kind: 'declined', declineCode })),
);

/** What the provider says in all: it may contradict itself, but it captures at most one attempt. */
const story = startingPoint.chain((start) =>
  fc
    .record({
      said: fc.array(fc.record({ attemptNo: fc.integer({ min: 1, max: start.attempts.length }), news }), { minLength: 1, maxLength: 8 }),
      capturable: fc.integer({ min: 1, max: start.attempts.length }),
    })
    .map(({ said, capturable }) => ({ start, said: said.filter((one) => one.news.kind !== 'captured' || one.attemptNo === capturable) })),
);

function tell(start: PaymentProgress, said: readonly Heard[]): PaymentProgress {
  let payment = start;
  for (const one of said) {
    const effect = hear(payment, one.attemptNo, one.news, ON);
    if (effect.outcome === 'contradiction') throw new Error(effect.reason);
    if (effect.outcome === 'applied') payment = effect.next;
  }
  return payment;
}

describe('news in any order', () => {
  it('ends in the same state, however it is ordered and repeated', () => {
    const twoTellings = story.chain(({ start, said }) =>
      fc.record({
        start: fc.constant(start),
        once: fc.constant(said),
        again: fc
          .tuple(fc.shuffledSubarray(said, { minLength: said.length }), fc.array(said.length > 0 ? fc.constantFrom(...said) : fc.constant(undefined), { maxLength: 8 }))
          .chain(([all, repeats]) => {
            const told = [...all, ...repeats.filter((one) => one !== undefined)];
            return fc.shuffledSubarray(told, { minLength: told.length });
          }),
      }),
    );
    fc.assert(
      fc.property(twoTellings, ({ start, once, again }) => {
        expect(tell(start, again)).toEqual(tell(start, once));
      }),
      { numRuns: 2000 },
    );
  });

  it('says nothing new when it is told a second time', () => {
    fc.assert(
      fc.property(story, ({ start, said }) => {
        const end = tell(start, said);
        for (const one of said) expect(hear(end, one.attemptNo, one.news, ON).outcome).toBe('recorded');
      }),
      { numRuns: 2000 },
    );
  });

  it('moves from the first state to the last along a declared transition, so that a whole chunk of news is one update', () => {
    fc.assert(
      fc.property(story, ({ start, said }) => {
        const end = tell(start, said);
        expect(end.state === start.state || paymentMayMove(start.state, end.state)).toBe(true);
        end.attempts.forEach((state, i) => {
          const before = start.attempts[i]!;
          expect(state === before || attemptMayMove(before, state)).toBe(true);
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('never leaves succeeded', () => {
    fc.assert(
      fc.property(story, fc.constantFrom('card-expired', 'insufficient-funds'), ({ start, said }, declineCode) => {
        const no = start.attempts.length;
        const paid = tell(start, [...said.filter((one) => one.news.kind !== 'captured'), { attemptNo: no, news: { kind: 'captured' } }]);
        expect(tell(paid, [{ attemptNo: no, news: { kind: 'declined', declineCode } }])).toEqual(paid);
      }),
    );
  });
});
