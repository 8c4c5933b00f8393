// Equal inputs have equal hashes, however they were written down; bigint survives.
import { canonicalHash, fromJson, toJson } from './canonical-json';

describe('Canonical JSON', () => {
  it('does not depend on the order of properties, at any depth', () => {
    expect(canonicalHash({ a: 1, b: { c: [1, 2], d: 2n } })).toEqual(canonicalHash({ b: { d: 2n, c: [1, 2] }, a: 1 }));
  });

  it('does depend on the order of a list, and on every value', () => {
    expect(canonicalHash([1, 2])).not.toEqual(canonicalHash([2, 1]));
    expect(canonicalHash({ a: 1n })).not.toEqual(canonicalHash({ a: 2n }));
    expect(canonicalHash({ a: 1n })).not.toEqual(canonicalHash({ a: '1' }));
  });

  it('takes an undefined property for an absent one', () => {
    expect(canonicalHash({ a: 1, b: undefined })).toEqual(canonicalHash({ a: 1 }));
  });

  it('gives back bigints as bigints', () => {
    const value = { amountMinor: 9007199254740993n, lines: [{ netMinor: -1n }], note: null };
    expect(fromJson(toJson(value))).toEqual(value);
  });
});
