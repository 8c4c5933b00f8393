// Time as the application sees it: injected everywhere, read from the machine in SystemClock only.
import { Injectable } from '@nestjs/common';
import { Clock, LocalDate, TimeZone, localDateIn } from '@countinghouse/kernel';

/** What use cases inject. It is a class, not an interface, so that it is its own injection token. */
@Injectable()
export abstract class AppClock implements Clock {
  /** Milliseconds since the epoch. */
  abstract now(): number;

  /** The local calendar day in a zone: billing works on local days, never on instants. */
  today(zone: TimeZone): LocalDate {
    return localDateIn(zone, this.now());
  }
}
