// A day of a test issuer: the number series of its year are open.
import { Injectable } from '@nestjs/common';
import { yearOf } from '@countinghouse/kernel';
import { DailyWork, DailyWorkDone, DailyWorkProvider, Database, DayPhase, IssuerDay } from '@countinghouse/platform';
import { DocumentType, Stream } from '../domain/document-number';
import { OpenSeries } from '../use-cases/open-series';

const SERIES = (['invoice', 'credit-note'] as const satisfies DocumentType[]).flatMap((documentType) =>
  (['company', 'member'] as const satisfies Stream[]).map((stream) => ({ documentType, stream })),
);

@Injectable()
@DailyWorkProvider()
export class SeriesWork implements DailyWork {
  readonly phase: DayPhase = 'prepare';
  readonly name: string = 'invoicing.series';

  constructor(
    private readonly database: Database,
    private readonly openSeries: OpenSeries,
  ) {}

  /** A real issuer's series are opened by a person, who communicates them where the law asks for it. */
  async perform({ issuerId, day, actor }: IssuerDay): Promise<DailyWorkDone> {
    const year = yearOf(day);
    const [open] = await this.database.query<{ n: bigint }>('SELECT count(*) AS n FROM invoicing.series WHERE issuer_id = $1 AND year = $2', [issuerId, year]);
    if (open!.n === BigInt(SERIES.length)) return {};
    for (const series of SERIES) await this.openSeries.execute({ issuerId, year, ...series }, actor);
    return {};
  }
}
