// Runs every proof once a day, and one that fails every hour until it holds again; metrics show what each said last.
import { Injectable, Logger } from '@nestjs/common';
import { AppClock } from '../clock/clock';
import { Database } from '../database/database';
import { Tick } from '../scheduling/tick';
import { Proofs } from './proof';

const HOUR_MS = 3_600_000;
/** A little less than a day and an hour, so that the tick of the same hour finds it due. */
const HELD_FOR_MS = 23.5 * HOUR_MS;
const FAILED_FOR_MS = 0.5 * HOUR_MS;

@Injectable()
export class ProveDaily {
  private readonly logger = new Logger(ProveDaily.name);

  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
    private readonly proofs: Proofs,
  ) {}

  /** One proof that is due, on a snapshot of its own; says how many, 0 when none is. Two workers at once prove it twice. */
  @Tick({ queue: 'platform', name: 'platform.prove', everyMs: HOUR_MS })
  async proveDue(): Promise<number> {
    const now = this.clock.now();
    const names = this.proofs.names();
    const proved = await this.database.query<{ name: string }>('SELECT name FROM platform.proof_result WHERE proved_at > CASE WHEN ok THEN $1::timestamptz ELSE $2 END', [
      new Date(now - HELD_FOR_MS),
      new Date(now - FAILED_FOR_MS),
    ]);
    const due = names.find((name) => !proved.some((each) => each.name === name));
    if (due === undefined) return 0;
    const { ok, detail } = await this.database.read((reader) => this.proofs.one(reader, due));
    if (!ok) this.logger.error({ message: 'a proof fails', proof: due, detail });
    await this.database.transaction(async (tx) => {
      await tx.execute('DELETE FROM platform.proof_result WHERE name <> ALL ($1)', [names]);
      await tx.execute(
        `INSERT INTO platform.proof_result (name, ok, detail, proved_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET ok = excluded.ok, detail = excluded.detail, proved_at = excluded.proved_at`,
        [due, ok, detail, new Date(now)],
      );
    });
    return 1;
  }
}
