// Group commit: few writes for many callers, and each caller gets its own answer.
import { Grouped } from './grouped';

describe('grouped writes', () => {
  it('writes what comes in one turn together, and what comes meanwhile with the next', async () => {
    const groups: number[][] = [];
    let release = (): void => undefined;
    const first = new Promise<void>((resolve) => (release = resolve));
    const grouped = new Grouped<number, number>(async (items) => {
      groups.push([...items]);
      if (groups.length === 1) await first;
      return items.map((item) => item * 10);
    });
    const early = [grouped.submit(1), grouped.submit(2)];
    await new Promise((resolve) => setImmediate(resolve));
    const late = [grouped.submit(3), grouped.submit(4), grouped.submit(5)];
    release();
    expect(await Promise.all([...early, ...late])).toEqual([10, 20, 30, 40, 50]);
    expect(groups).toEqual([[1, 2], [3, 4, 5]]);
  });

  it('fails a whole group and goes on with the next', async () => {
    let writes = 0;
    const grouped = new Grouped<number, number>(async (items) => {
      if (++writes === 1) throw new Error('the database is away');
      return items;
    });
    const failed = await Promise.allSettled([grouped.submit(1), grouped.submit(2)]);
    expect(failed.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(await grouped.submit(3)).toBe(3);
  });

  it('never writes more than 500 at a time', async () => {
    const sizes: number[] = [];
    const grouped = new Grouped<number, number>(async (items) => {
      sizes.push(items.length);
      return items;
    });
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => grouped.submit(i)));
    expect(sizes).toEqual([500, 500, 200]);
  });
});
