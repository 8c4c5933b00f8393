// What invoicing looks after by itself: invoices that have become overdue.
import { Injectable } from '@nestjs/common';
import { Tick } from '@countinghouse/platform';
import { TellOverdue } from '../use-cases/tell-overdue';

@Injectable()
export class OverdueTick {
  constructor(private readonly tellOverdue: TellOverdue) {}

  /** Days begin in other zones at other hours. */
  @Tick({ queue: 'invoicing', name: 'invoicing.tell-overdue', everyMs: 300_000 })
  tell(): Promise<number> {
    return this.tellOverdue.execute();
  }
}
