// The clock of a running process: the one place that reads the machine's time.
import { Injectable } from '@nestjs/common';
import { AppClock } from './clock';

@Injectable()
export class SystemClock extends AppClock {
  override now(): number {
    return Date.now();
  }
}
