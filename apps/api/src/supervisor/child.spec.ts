// Supervision: a process that dies is started again, one that never starts is an error, and stop means stop.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SupervisedChild } from './child';

describe('a supervised process', () => {
  let directory: string;
  let deaths: string[];
  let child: SupervisedChild;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'countinghouse-child-'));
    deaths = [];
  });
  afterEach(async () => {
    await child.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const supervise = (source: string): SupervisedChild => {
    const program = join(directory, 'program.cjs');
    writeFileSync(program, source);
    child = new SupervisedChild({ name: 'api', program, env: process.env, logFile: join(directory, 'api.log'), onDeath: (reason) => deaths.push(reason) });
    return child;
  };
  const lives = () => readFileSync(join(directory, 'api.log'), 'utf8').split('\n').filter(Boolean);
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((rested) => setTimeout(rested, 10));
  };
  const WELL = `
    console.log(String(process.pid)); // A number would be written in colours where FORCE_COLOR is set.
    process.send({ type: 'memory', peakMiB: 77 });
    process.send({ type: 'ready' });
    process.on('message', ({ type }) => type === 'stop' && process.exit(0));`;

  it('is ready when it says so, reports its memory, and ends when it is told to', async () => {
    await supervise(WELL).start();
    expect(child.peakMemoryMiB).toBe(77);
    await child.stop();
    expect(lives()).toHaveLength(1);
    expect(deaths).toEqual([]);
  });

  it('can be started again after it was stopped, as when its source has changed', async () => {
    await supervise(WELL).start();
    await child.stop();
    await child.start();
    expect(lives()).toHaveLength(2);
    expect(deaths).toEqual([]);
  });

  it('is started again when it is killed', async () => {
    await supervise(WELL).start();
    process.kill(Number(lives()[0]), 'SIGKILL');
    await until(() => lives().length === 2);
    expect(deaths).toEqual(['signal SIGKILL']);
  });

  it('fails the start when it dies before it is ready, with what it said last', async () => {
    const started = supervise(`console.error('PORT is "abc"'); process.exit(1)`).start();
    await expect(started).rejects.toThrow(/api process did not start \(exit code 1\):\nPORT is "abc"/);
  });
});
