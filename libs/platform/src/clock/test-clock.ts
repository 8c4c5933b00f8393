// A clock that stands still until it is told to move: specs, replays and what-if runs use it.
import { DomainError } from '@countinghouse/kernel';
import { AppClock } from './clock';

export class TestClock extends AppClock {
  constructor(private nowMs: number) {
    super();
  }

  override now(): number {
    return this.nowMs;
  }

  /** Moves forward to an instant (epoch ms). A clock never goes back: what fell due stays due. */
  advanceTo(epochMs: number): void {
    if (epochMs < this.nowMs) {
      throw new DomainError('CLOCK_GOES_BACK', `a clock at ${this.nowMs} cannot be moved back to ${epochMs}`, {
        field: 'epochMs',
        remedy: 'advance to an instant that is not in the past of this clock',
      });
    }
    this.nowMs = epochMs;
  }

  advanceBy(durationMs: number): void {
    this.advanceTo(this.nowMs + durationMs);
  }
}
