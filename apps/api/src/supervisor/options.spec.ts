// The command line of `npm start`.
import { readStartOptions } from './options';

describe('the options of a start', () => {
  it('make a small demo business when nothing is said', () => {
    expect(readStartOptions([])).toEqual({ once: false, json: false, watch: false, help: false, companies: 40, members: 2_000 });
  });

  it('take the size, the month and the ways to end', () => {
    expect(readStartOptions(['--once', '--json', '--companies', '200', '--members=20000', '--month', '2026-02'])).toMatchObject({
      once: true,
      json: true,
      companies: 200,
      members: 20_000,
      month: '2026-02-01',
    });
  });

  it.each([
    [['--members', 'many'], 'members'],
    [['--companies', '0'], 'companies'],
    [['--companies', '50', '--members', '49'], 'members'],
    [['--month', '2026-13'], 'month'],
    [['--month', 'May'], 'month'],
  ])('refuse %j and name the option', (args, field) => {
    expect(() => readStartOptions(args)).toThrow(expect.objectContaining({ field }));
  });

  it('refuse an option that does not exist', () => {
    expect(() => readStartOptions(['--onec'])).toThrow(/--onec/);
  });
});
