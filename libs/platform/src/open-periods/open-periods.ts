// Open periods: from which day on the past of an issuer may still be changed, as whoever keeps its books says.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { contributions } from '../contributions';
import { DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Reader } from '../database/tx';

export interface OpenPeriodsSource {
  /** The first day of each issuer that no closed period holds; issuers of which nothing is closed are left out. One statement. */
  firstOpenDays(reader: Reader, issuerIds: readonly IssuerId[]): Promise<ReadonlyMap<IssuerId, LocalDate>>;
}

const OPEN_PERIODS_SOURCE = Symbol('open-periods-source');

/** Marks the provider that knows; a process in which nobody does has nothing closed. */
export const OpenPeriodsProvider = (): ClassDecorator => SetMetadata(OPEN_PERIODS_SOURCE, true);

@Injectable()
export class OpenPeriods {
  constructor(private readonly discovery: DiscoveryService) {}

  async firstOpenDays(reader: Reader, issuerIds: readonly IssuerId[]): Promise<ReadonlyMap<IssuerId, LocalDate>> {
    return (await this.source()?.firstOpenDays(reader, issuerIds)) ?? new Map();
  }

  /**
   * Refuses what changes a day that lies in a closed period.
   * @throws DomainError PERIOD_CLOSED, naming the first open day
   */
  async refuseClosed(reader: Reader, issuerId: IssuerId, day: LocalDate, field: string): Promise<void> {
    const first = (await this.firstOpenDays(reader, [issuerId])).get(issuerId);
    if (first !== undefined && day < first) throw periodClosed(day, first, field);
  }

  /**
   * As {@link refuseClosed}, for what concerns every issuer at once, such as the catalogue.
   * @throws DomainError PERIOD_CLOSED
   */
  async refuseClosedForAny(reader: Reader, day: LocalDate, field: string): Promise<void> {
    const issuers = await reader.query<{ id: IssuerId }>('SELECT id FROM platform.issuer');
    const first = [...(await this.firstOpenDays(reader, issuers.map(({ id }) => id))).values()].sort().at(-1);
    if (first !== undefined && day < first) throw periodClosed(day, first, field);
  }

  private source(): OpenPeriodsSource | undefined {
    return contributions<OpenPeriodsSource>(this.discovery, OPEN_PERIODS_SOURCE)[0];
  }
}

export function periodClosed(day: LocalDate, firstOpenDay: LocalDate, field: string): DomainError {
  return new DomainError('PERIOD_CLOSED', `${day} lies in an accounting period that is closed; the first open day is ${firstOpenDay}.`, {
    field,
    value: day,
    remedy: `Give a day from ${firstOpenDay} on, or have the period opened again.`,
  });
}
