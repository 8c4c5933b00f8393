// Close check: what the business did before the close began has reached everybody who works on it.
import { Injectable } from '@nestjs/common';
import { Reader } from '../database/tx';
import { CloseCheck, CloseCheckProvider, CloseObstacle, ClosingPeriod } from './close-check';

@Injectable()
@CloseCheckProvider()
export class UndeliveredEvents implements CloseCheck {
  readonly name = 'undelivered-events';

  /** Events of this issuer and of nobody in particular; one recorded after the close began cannot concern the period. */
  async check(reader: Reader, { issuerId, closingSince }: ClosingPeriod): Promise<CloseObstacle | null> {
    const { waiting, parked, first } = await reader.one<{ waiting: bigint; parked: bigint; first: string | null }>(
      `WITH undelivered AS (
         SELECT id, 'unrouted' AS state, name, 'nobody yet' AS consumer FROM platform.outbox_event WHERE routed_at IS NULL
         UNION ALL
         SELECT event.id, delivery.state, event.name, delivery.consumer
           FROM platform.delivery JOIN platform.outbox_event event ON event.id = delivery.event_id
          WHERE delivery.state IN ('pending', 'parked')
       ), ours AS (
         SELECT undelivered.* FROM undelivered JOIN platform.outbox_event event USING (id)
          WHERE coalesce(event.payload ->> 'issuerId', $1::text) = $1::text
            AND ($2::timestamptz IS NULL OR event.recorded_at <= $2::timestamptz)
       )
       SELECT count(*) FILTER (WHERE state <> 'parked') AS waiting, count(*) FILTER (WHERE state = 'parked') AS parked,
              (SELECT name || ' ' || id || ' for ' || consumer FROM ours ORDER BY state = 'parked' DESC, id LIMIT 1) AS first
         FROM ours`,
      [issuerId, closingSince],
    );
    if (waiting + parked === 0n) return null;
    return {
      detail: `${waiting} events are on their way and ${parked} were given up, first ${first}`,
      remedy: parked > 0n ? 'Find out why they failed, then replay them.' : 'Wait until the workers have delivered them.',
    };
  }
}
