// Progress bars: one line for each phase, redrawn in place on a terminal, a few plain lines elsewhere.

export interface Progress {
  /** `done` of `total` items; `what` says of which step. */
  update(done: number, total: number, what: string): void;
  finish(said: string): void;
}

/** What progress is written to: process.stdout, or a text that a spec reads. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR_WIDTH = 24;
const NAME_WIDTH = 8;
/** Without a terminal a line is written when this much more has been done. */
const LINE_EVERY = 0.25;
const REDRAW_EVERY_MS = 80;

export function startProgress(screen: Screen, name: string): Progress {
  return screen.isTTY ? bar(screen, name) : lines(screen, name);
}

function bar(screen: Screen, name: string): Progress {
  const started = performance.now();
  let drawn = -Infinity;
  const draw = (text: string, end = '') => screen.write(`\r\x1b[2K${text.slice(0, (screen.columns || 100) - 1)}${end}`);
  draw(`${title(name)} ${drawing(0)}`);
  return {
    update(done, total, what) {
      if (performance.now() - drawn < REDRAW_EVERY_MS) return;
      drawn = performance.now();
      draw(`${title(name)} ${drawing(share(done, total))} ${what} ${figures(done, total)}`);
    },
    finish(said) {
      draw(`${title(name)} ${drawing(1)} ${seconds(started)}  ${said}`, '\n');
    },
  };
}

function lines(screen: Screen, name: string): Progress {
  const started = performance.now();
  let step = '';
  let next = 0;
  return {
    update(done, total, what) {
      if (what !== step) [step, next] = [what, LINE_EVERY];
      if (total === 0 || share(done, total) < next || done >= total) return;
      next = share(done, total) + LINE_EVERY;
      screen.write(`${title(name)} ${what} ${figures(done, total)}\n`);
    },
    finish(said) {
      screen.write(`${title(name)} ${seconds(started)}  ${said}\n`);
    },
  };
}

function title(name: string): string {
  return name.padEnd(NAME_WIDTH);
}

function drawing(done: number): string {
  const full = Math.round(done * BAR_WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${String(Math.floor(done * 100)).padStart(3)} %`;
}

function share(done: number, total: number): number {
  return total === 0 ? 0 : Math.min(1, done / total);
}

function figures(done: number, total: number): string {
  return total === 0 ? '' : `${grouped(done)} of ${grouped(total)}`;
}

function seconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/** 1234567 as 1,234,567. */
export function grouped(count: number | bigint): string {
  return count.toLocaleString('en');
}
