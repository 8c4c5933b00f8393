// The outbox: events are rows of the transaction that caused them, so that neither can exist without the other.
import { Injectable } from '@nestjs/common';
import { Event } from '@countinghouse/contracts';
import { EventId } from '@countinghouse/kernel';
import { Tx } from '../database/tx';
import { newId } from '../ids/new-id';

@Injectable()
export class Outbox {
  /**
   * Appends events; one statement however many there are. Payloads are checked against their contract here, at the
   * publisher, where the mistake is.
   */
  async append(tx: Tx, events: readonly Event[]): Promise<void> {
    if (events.length === 0) return;
    await tx.execute(
      `INSERT INTO platform.outbox_event (id, name, payload)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[])`,
      [
        events.map(() => newId<EventId>()),
        events.map((event) => event.contract.name),
        events.map((event) => JSON.stringify(event.contract.schema.parse(event.payload))),
      ],
    );
  }
}
