// ShowEnded: who was told of as enrolled up to a day is shown as eligible once that day has come. Any tick may be missed or doubled.
import { Injectable } from '@nestjs/common';
import { AppClock, Database } from '@countinghouse/platform';
import { showEnded } from '../persistence/enrolment.queries';

const AT_A_TIME = 5_000;

@Injectable()
export class ShowEnded {
  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
  ) {}

  /** Says how many there were. */
  async execute(): Promise<number> {
    const at = new Date(this.clock.now());
    for (let shown = 0; ; ) {
      const some = await this.database.transaction((tx) => showEnded(tx, at, AT_A_TIME));
      shown += some;
      if (some < AT_A_TIME) return shown;
    }
  }
}
