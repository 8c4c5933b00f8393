// Progress: drawn in place on a terminal, told in a few lines elsewhere.
import { startProgress } from './progress';

const screen = (isTTY: boolean, columns?: number) => {
  const written: string[] = [];
  return { written, isTTY, ...(columns !== undefined && { columns }), write: (text: string) => written.push(text) };
};

describe('progress', () => {
  it('is one line that is drawn again on a terminal, as wide as the terminal at most', () => {
    const terminal = screen(true, 40);
    const progress = startProgress(terminal, 'bill');
    progress.update(1_500, 3_000, 'charges and documents');
    progress.finish('3,000 documents');
    const [, half, end] = terminal.written.map((text) => text.replace('\r\x1b[2K', ''));
    expect(half).toMatch(/^bill {5}█{12}░{12} {2}50 %/);
    expect(half!.length).toBeLessThan(40);
    expect(end).toMatch(/100 %.*\n$/);
  });

  it('is a line for every quarter where there is no terminal', () => {
    const pipe = screen(false);
    const progress = startProgress(pipe, 'import');
    for (let done = 0; done <= 100; done++) progress.update(done, 100, 'members');
    progress.finish('100 members');
    expect(pipe.written.map((text) => text.replace(/\d+\.\d s/, '0.0 s'))).toEqual([
      'import   members 25 of 100\n',
      'import   members 50 of 100\n',
      'import   members 75 of 100\n',
      'import   0.0 s  100 members\n',
    ]);
  });
});
