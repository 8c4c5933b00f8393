/** How an amount is split over parts. */
import { allocate } from './allocate';

const failure = (code: string) => expect.objectContaining({ code });

describe('allocate', () => {
  it('splits 0.05 over three equal parts into 0.02, 0.02 and 0.01', () => {
    expect(allocate(5n, [1n, 1n, 1n])).toEqual([2n, 2n, 1n]);
  });

  it('gives the odd cent to the largest remainder, wherever it stands', () => {
    expect(allocate(10n, [1n, 1n, 4n])).toEqual([2n, 2n, 6n]);
    expect(allocate(100n, [1n, 2n, 3n])).toEqual([17n, 33n, 50n]);
  });

  it('serves equal remainders in the order in which they were passed', () => {
    expect(allocate(1n, [1n, 1n])).toEqual([1n, 0n]);
    expect(allocate(3n, [2n, 1n, 1n, 2n])).toEqual([1n, 1n, 0n, 1n]);
  });

  it('splits a credit as the mirror of its charge', () => {
    expect(allocate(-5n, [1n, 1n, 1n])).toEqual([-2n, -2n, -1n]);
  });

  it('gives nothing to a part without weight', () => {
    expect(allocate(5n, [0n, 1n, 0n, 2n])).toEqual([0n, 2n, 0n, 3n]);
    expect(allocate(5n, [0n, 7n])).toEqual([0n, 5n]);
  });

  it('splits nothing into nothings', () => {
    expect(allocate(0n, [1n, 2n])).toEqual([0n, 0n]);
  });

  it('refuses parts that all weigh nothing, or no parts at all', () => {
    expect(() => allocate(5n, [0n, 0n])).toThrow(failure('ALLOCATION_WITHOUT_WEIGHT'));
    expect(() => allocate(0n, [])).toThrow(failure('ALLOCATION_WITHOUT_WEIGHT'));
  });

  it('refuses a negative weight', () => {
    expect(() => allocate(5n, [2n, -1n])).toThrow(failure('ALLOCATION_WEIGHT_NEGATIVE'));
  });
});
