// Imports the reference rates of the European Central Bank from its CSV file, as eurofxref-hist.csv.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate, timeZone } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authoriseForAllIssuers, Database } from '@countinghouse/platform';
import { EcbRate, ecbColumns, EcbColumns, ecbRates } from '../domain/ecb-rates';
import { contradictedEcbRate, insertEcbRates } from '../persistence/rate.queries';

/** Days per transaction: some eight thousand rates. */
const DAYS_PER_BATCH = 250;
/** The file has about 260 days a year since 1999, of some 400 characters. A longer one is not the bank's. */
const MAX_DAYS = 50_000;
const MAX_LINE_LENGTH = 16_384;
/** Where the bank is. */
const FRANKFURT = timeZone('Europe/Berlin');

export interface EcbImport {
  readonly days: number;
  readonly rates: number;
  /** Those of them that were not known before. */
  readonly added: number;
}

interface Line {
  /** In the file, from 1. */
  readonly no: number;
  readonly text: string;
}

@Injectable()
export class ImportEcbRates {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: AppClock,
  ) {}

  /**
   * Streams the file in batches of days, each in a transaction of its own: a rate is a fact by itself, so what stands
   * before a broken line stays, and importing the mended file adds the rest. Rates that are known are passed over. They hold
   * for every issuer, so whoever brings them has all of them in scope.
   * @throws DomainError FORBIDDEN, ECB_FILE_INVALID, ECB_FILE_TOO_LARGE, RATE_CONTRADICTED
   */
  async execute(file: AsyncIterable<Buffer | string>, actor: Actor): Promise<EcbImport> {
    authoriseForAllIssuers(actor, 'accountant');
    const today = this.clock.today(FRANKFURT);
    let columns: EcbColumns | undefined;
    let batch: Line[] = [];
    let total: EcbImport = { days: 0, rates: 0, added: 0 };
    const flush = async () => {
      total = plus(total, await this.add(batch, columns!, today, actor));
      batch = [];
    };
    for await (const line of linesOf(file)) {
      if (columns === undefined) columns = ecbColumns(line.text);
      else if (line.text !== '') batch.push(line);
      if (total.days + batch.length > MAX_DAYS) throw tooLarge(`${MAX_DAYS} days`);
      if (batch.length === DAYS_PER_BATCH) await flush();
    }
    columns ??= ecbColumns('');
    await flush();
    return total;
  }

  private async add(lines: readonly Line[], columns: EcbColumns, today: LocalDate, actor: Actor): Promise<EcbImport> {
    const rates = lines.flatMap(({ no, text }) => ecbRates(text, no, columns, today));
    if (rates.length === 0) return { days: lines.length, rates: 0, added: 0 };
    const added = await this.database.transaction(async (tx) => {
      const count = await insertEcbRates(tx, rates, actor.subject);
      const contradicted = count < rates.length ? await contradictedEcbRate(tx, rates) : undefined;
      if (contradicted) throw contradiction(contradicted);
      if (count > 0) {
        const change = { rates: count, from: rates.at(-1)!.on, to: rates[0]!.on };
        await this.audit.record(tx, actor, [{ action: 'accounting.import-ecb-rates', subjectType: 'exchange-rate', subjectId: 'ECB', change }]);
      }
      return count;
    });
    return { days: lines.length, rates: rates.length, added };
  }
}

/** The lines of a file, one held at a time, without their breaks. @throws DomainError ECB_FILE_TOO_LARGE on a line without end */
async function* linesOf(file: AsyncIterable<Buffer | string>): AsyncIterable<Line> {
  const decoder = new TextDecoder();
  let no = 0;
  let rest = '';
  for await (const chunk of file) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_LENGTH) throw tooLarge(`${MAX_LINE_LENGTH} characters in a line`);
    for (const text of lines) yield { no: ++no, text: text.trim() };
  }
  if (rest.trim() !== '') yield { no: no + 1, text: rest.trim() };
}

function plus(a: EcbImport, b: EcbImport): EcbImport {
  return { days: a.days + b.days, rates: a.rates + b.rates, added: a.added + b.added };
}

function tooLarge(limit: string): DomainError {
  return new DomainError('ECB_FILE_TOO_LARGE', `The file of rates has more than ${limit}.`, {
    field: 'file',
    value: limit,
    remedy: 'Give the file of the bank as it is.',
  });
}

function contradiction({ quote, on, rate, kept }: EcbRate & { kept: string }): DomainError {
  return new DomainError('RATE_CONTRADICTED', `The file says ${rate} for ${quote} on ${on}; ${kept} is kept as the bank's rate.`, {
    field: 'rate',
    value: `${quote} ${on} ${rate}`,
    remedy: 'Check the file. A published rate is never changed; set the other one by hand where it has to be used.',
  });
}
