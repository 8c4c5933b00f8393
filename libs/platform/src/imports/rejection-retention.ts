// Retention: the words about refused rows repeat what stood in a file, people's data too, and are blanked after a while.
import { Injectable } from '@nestjs/common';
import { AppClock } from '../clock/clock';
import { Database } from '../database/database';
import { Tick } from '../scheduling/tick';
import { blankRejections } from './forget.queries';

/** Long enough to mend a file and to answer questions about it. Line, column and code stay. */
export const REJECTIONS_KEPT_DAYS = 90;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const AT_ONCE = 5_000;

@Injectable()
export class RejectionRetention {
  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
  ) {}

  @Tick({ queue: 'platform', name: 'platform.blank-rejections', everyMs: HOUR_MS })
  async blank(): Promise<number> {
    const before = new Date(this.clock.now() - REJECTIONS_KEPT_DAYS * DAY_MS);
    return this.database.transaction((tx) => blankRejections(tx, before, AT_ONCE));
  }
}
