// TellOverdue: finds the invoices whose day has gone by unpaid, and tells of each of them once.
import { Injectable } from '@nestjs/common';
import { event, InvoiceOverdue } from '@countinghouse/contracts';
import { AppClock, Database, IssuerToday, Outbox, realIssuersToday } from '@countinghouse/platform';
import { markOverdue } from '../persistence/overdue.queries';

/** So that a transaction stays short on the day on which a month's invoices are overdue. */
const TOLD_AT_ONCE = 1000;

@Injectable()
export class TellOverdue {
  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
    private readonly outbox: Outbox,
  ) {}

  /** One set, of every real issuer by its own local day; says how many it told of. Two at once tell of each invoice once. */
  async execute(): Promise<number> {
    const nowMs = this.clock.now();
    return this.tell(await this.database.read((reader) => realIssuersToday(reader, nowMs)));
  }

  /** The same for issuers on days of their own. Three statements, whatever the number of invoices. */
  async tell(today: readonly IssuerToday[]): Promise<number> {
    return this.database.transaction(async (tx) => {
      const overdue = await markOverdue(tx, today, TOLD_AT_ONCE);
      await this.outbox.append(tx, overdue.map((invoice) => event(InvoiceOverdue, { ...invoice, contractIds: [...invoice.contractIds] })));
      return overdue.length;
    });
  }
}
