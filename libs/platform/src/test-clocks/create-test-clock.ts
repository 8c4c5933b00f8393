// CreateTestClock: an issuer on a clock of its own, made in the likeness of a real one.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate, startOfDay } from '@countinghouse/kernel';
import { Actor, authoriseForAllIssuers } from '../auth/actor';
import { Database } from '../database/database';
import { Issuer, Issuers } from '../issuers/issuers';

export interface CreateTestClockInput {
  /** The code of the new issuer: contracts name it, and so come to live on its clock. */
  readonly code: string;
  /** The code of the issuer whose country, currency and time zone it shares. */
  readonly like: string;
  /** The day that the clock shows first. */
  readonly startsOn: LocalDate;
}

@Injectable()
export class CreateTestClock {
  constructor(
    private readonly database: Database,
    private readonly issuers: Issuers,
  ) {}

  /**
   * The new issuer has number series, books and schedules of its own, so nothing that happens on its clock touches those
   * of a real one. They are opened as the clock reaches the days that need them.
   * @throws DomainError FORBIDDEN, ISSUER_NOT_FOUND, ISSUER_CODE_TAKEN, ISSUER_CODE_INVALID
   */
  async execute({ code, like, startsOn }: CreateTestClockInput, actor: Actor): Promise<Issuer> {
    authoriseForAllIssuers(actor, 'admin');
    return this.database.transaction(async (tx) => {
      const model = await this.issuers.byCode(tx, like);
      if (!model) throw new DomainError('ISSUER_NOT_FOUND', `There is no issuer ${like}.`, { field: 'like', value: like, remedy: 'Name one that there is.' });
      const { legalName, country, functionalCurrency, timeZone } = model;
      // Its tax id is no tax id, so that no document of it can be taken for one.
      const issuer = { code, legalName: `${legalName} (test)`, country, taxId: `TEST-${code}`, functionalCurrency, timeZone };
      return this.issuers.create(tx, { ...issuer, testClockAt: new Date(startOfDay(timeZone, startsOn)) }, actor);
    });
  }
}
