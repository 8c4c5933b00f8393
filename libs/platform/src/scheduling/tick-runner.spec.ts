// Ticks run until nothing is left to do, never twice at once, and a failing one harms nobody.
import { JobRegistry } from '../queue/job-registry';
import { QueueSettings } from '../queue/queue-settings';
import { Tick } from './tick';
import { TickRunner } from './tick-runner';

class Ticking {
  results: number[] = [];
  calls = 0;
  hold: Promise<void> = Promise.resolve();

  @Tick({ queue: 'spec', name: 'spec.work', everyMs: 60_000 })
  async work(): Promise<number> {
    this.calls++;
    await this.hold;
    return this.results.shift() ?? 0;
  }

  @Tick({ queue: 'spec', name: 'spec.fail', everyMs: 86_400_000 })
  async fail(): Promise<number> {
    throw new Error('no');
  }
}

describe('TickRunner', () => {
  const SETTINGS = new QueueSettings('', undefined, { jobLimitMs: 100 });
  let ticking: Ticking;
  let runner: TickRunner;

  beforeEach(() => {
    ticking = new Ticking();
    runner = new TickRunner(JobRegistry.of(ticking), SETTINGS);
    (runner as unknown as { logger: { error(): void } }).logger.error = () => undefined;
  });

  it('asks again at once while there is something to do', async () => {
    ticking.results = [5, 3, 0, 9];
    await runner.run('spec.work');
    expect(ticking.calls).toBe(3);
  });

  it('stops asking after a bound, so that the others get their turn', async () => {
    ticking.results = Array<number>(1000).fill(1);
    await runner.run('spec.work');
    expect(ticking.calls).toBe(100);
  });

  it('looks once more when asked for while it runs, instead of running twice at once', async () => {
    let release = () => {};
    ticking.hold = new Promise((resolve) => (release = resolve));
    const running = runner.run('spec.work');
    await runner.run('spec.work');
    expect(ticking.calls).toBe(1);
    release();
    await running;
    expect(ticking.calls).toBe(2);
  });

  it('does not wait for ever for a tick that never returns, and runs it again the next time', async () => {
    ticking.hold = new Promise(() => undefined);
    await runner.run('spec.work');
    ticking.hold = Promise.resolve();
    await runner.run('spec.work');
    expect(ticking.calls).toBe(2);
  });

  it('survives a tick that throws', async () => {
    await expect(runner.run('spec.fail')).resolves.toBeUndefined();
    await expect(runner.run('spec.fail')).resolves.toBeUndefined();
  });

  it('names the job after the window of time, so that every process asks for the same one', () => {
    const names = (each: TickRunner) => each.due().map((job) => job.id).filter((id) => id.includes('fail'));
    const first = names(runner);
    expect(names(new TickRunner(JobRegistry.of(ticking), SETTINGS))).toEqual(first);
    expect(names(runner)).toEqual([]);
    expect(first[0]).toMatch(/^tick-spec\.fail-\d+$/);
  });
});
