// Previews are kept for a while; then they are removed, one after the other.
import { Injectable } from '@nestjs/common';
import { AppClock, Database, Tick } from '@countinghouse/platform';
import { removeOnePreview } from '../persistence/preview.queries';

@Injectable()
export class PreviewTick {
  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
  ) {}

  @Tick({ queue: 'invoicing', name: 'invoicing.remove-previews', everyMs: 600_000 })
  async remove(): Promise<number> {
    const now = new Date(this.clock.now());
    return this.database.transaction((tx) => removeOnePreview(tx, now));
  }
}
