// Which days of an issuer's past may still be changed: those after its last closed period.
import { Injectable } from '@nestjs/common';
import { IssuerId, LocalDate } from '@countinghouse/kernel';
import { OpenPeriodsProvider, OpenPeriodsSource, Reader } from '@countinghouse/platform';

/** A period that is being closed counts as closed: only closing work goes into it. */
@Injectable()
@OpenPeriodsProvider()
export class BooksOpenFrom implements OpenPeriodsSource {
  async firstOpenDays(reader: Reader, issuerIds: readonly IssuerId[]): Promise<ReadonlyMap<IssuerId, LocalDate>> {
    const rows = await reader.query<{ issuerId: IssuerId; day: LocalDate }>(
      `SELECT issuer_id AS "issuerId", max(ends_on) AS day FROM accounting.period WHERE issuer_id = ANY ($1::uuid[]) AND state <> 'open' GROUP BY 1`,
      [issuerIds],
    );
    return new Map(rows.map(({ issuerId, day }) => [issuerId, day]));
  }
}
