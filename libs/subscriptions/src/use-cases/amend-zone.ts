// AmendZone: from a day on, the days of a contract begin in another time zone.
import { Injectable } from '@nestjs/common';
import { ContractId, LocalDate, timeZone } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { Amendments, ContractAct } from './amendments';

export interface AmendZoneInput extends ContractAct {
  readonly effectiveOn: LocalDate;
  /** IANA: 'Europe/Lisbon'. */
  readonly timeZone: string;
}

@Injectable()
export class AmendZone {
  constructor(private readonly amendments: Amendments) {}

  /** @throws DomainError TIME_ZONE_UNKNOWN, and as {@link Amendments.amend} */
  async execute({ effectiveOn, timeZone: name, ...act }: AmendZoneInput, actor: Actor): Promise<ContractId> {
    const zone = timeZone(name, 'timeZone');
    return this.amendments.amend('amend-zone', act, actor, () => ({ changes: [{ kind: 'zone', effectiveOn, timeZone: zone }], said: { effectiveOn, timeZone: zone } }));
  }
}
