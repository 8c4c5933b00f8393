// The watchdog's judgement: only a part that has something to do and does nothing, for long, is a reason to exit.
import { EXIT_SILENT, Pulse, RELAY, Watchdog } from './watchdog';

describe('Watchdog', () => {
  const exits: number[] = [];
  const counts: Record<string, number> = {};
  let waiting: () => Promise<string[]>;
  let beating: NodeJS.Timeout;
  let watchdog: Watchdog;

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    exits.length = 0;
    Object.assign(counts, { [RELAY]: 0, payments: 0 });
    waiting = async () => [];
    beating = setInterval(() => counts[RELAY]!++, 5);
    const pulse: Pulse = { idleWhileWaiting: () => waiting(), progress: (part) => counts[part]! };
    // The thread that watches the event loop lives in real time, in which the heart beats not at all here: it never gets to judge.
    watchdog = new Watchdog(pulse, { blockedMs: 3_600_000, silentMs: 100, exit: (code) => exits.push(code) });
    watchdog.start();
  });
  afterEach(async () => {
    clearInterval(beating);
    await watchdog.stop();
    jest.useRealTimers();
  });

  it('leaves a worker alone that has nothing to do', async () => {
    await pass(300);
    expect(exits).toEqual([]);
  });

  it('leaves a worker alone that takes jobs while others wait', async () => {
    waiting = async () => ['payments'];
    const working = setInterval(() => counts['payments']!++, 5);
    await pass(300);
    clearInterval(working);
    expect(exits).toEqual([]);
  });

  it('ends a worker that takes no job although some wait', async () => {
    waiting = async () => ['payments'];
    await pass(300);
    expect(exits).toContain(EXIT_SILENT);
  });

  it('ends a worker whose relay stands still', async () => {
    clearInterval(beating);
    await pass(300);
    expect(exits).toContain(EXIT_SILENT);
  });

  it('still sees the relay when the queue does not answer', async () => {
    waiting = () => new Promise(() => undefined);
    clearInterval(beating);
    await pass(400);
    expect(exits).toContain(EXIT_SILENT);
  });
});
