// SQL of exchange rates as they are entered: the ECB's in bulk, and by hand.
import { Currency, IssuerId, LocalDate } from '@countinghouse/kernel';
import { keysetPage, Page, PageArgs, Reader, Tx, Where } from '@countinghouse/platform';
import { EcbRate } from '../domain/ecb-rates';

/** Adds the rates that are new; says how many. One that is known is left as it is. */
export async function insertEcbRates(tx: Tx, rates: readonly EcbRate[], recordedBy: string): Promise<number> {
  return tx.execute(
    `INSERT INTO accounting.exchange_rate (base, source, recorded_by, quote, quoted_on, rate)
     SELECT 'EUR', 'ECB', $1, * FROM unnest($2::text[], $3::date[], $4::numeric[])
     ON CONFLICT (base, quote, quoted_on) WHERE source = 'ECB' DO NOTHING`,
    [recordedBy, rates.map((rate) => rate.quote), rates.map((rate) => rate.on), rates.map((rate) => rate.rate)],
  );
}

/** The first of the rates that is kept with another value. */
export async function contradictedEcbRate(tx: Tx, rates: readonly EcbRate[]): Promise<(EcbRate & { kept: string }) | undefined> {
  return tx.first(
    `SELECT given.quote, given.quoted_on AS "on", given.rate::text AS rate, known.rate::text AS kept
       FROM unnest($1::text[], $2::date[], $3::numeric[]) AS given(quote, quoted_on, rate)
       JOIN accounting.exchange_rate known ON known.base = 'EUR' AND known.quote = given.quote
        AND known.quoted_on = given.quoted_on AND known.source = 'ECB' AND known.rate <> given.rate
      ORDER BY given.quoted_on, given.quote LIMIT 1`,
    [rates.map((rate) => rate.quote), rates.map((rate) => rate.on), rates.map((rate) => rate.rate)],
  );
}

export interface ManualRate {
  readonly issuerId: IssuerId;
  readonly base: Currency;
  readonly quote: Currency;
  readonly on: LocalDate;
  /** What one unit of base is worth in quote, as decimal text. */
  readonly rate: string;
}

export async function insertManualRate(tx: Tx, { issuerId, base, quote, on, rate }: ManualRate, recordedBy: string): Promise<bigint> {
  const { id } = await tx.one<{ id: bigint }>(
    `INSERT INTO accounting.exchange_rate (issuer_id, base, quote, quoted_on, rate, source, recorded_by)
     VALUES ($1, $2, $3, $4, $5, 'manual', $6) RETURNING id`,
    [issuerId, base, quote, on, rate, recordedBy],
  );
  return id;
}

/** A rate as it was recorded. */
export interface RecordedRate {
  readonly base: Currency;
  readonly quote: Currency;
  readonly on: LocalDate;
  /** What one unit of base is worth in quote, as decimal text. */
  readonly rate: string;
  readonly source: 'ECB' | 'manual';
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

/**
 * What was ever recorded of a currency for the books of an issuer, the newest day first and on one day the correction before
 * what it corrects: against the issuer's currency in either direction, and the bank's against the euro.
 * @throws DomainError PAGE_SIZE_INVALID, CURSOR_INVALID
 */
export async function recordedRates(reader: Reader, issuerId: IssuerId, currency: Currency, page: PageArgs): Promise<Page<RecordedRate>> {
  const where = new Where().when(issuerId, (id) => `rate.issuer_id IS NULL OR rate.issuer_id = ${id}`);
  const [issuer, asked] = [where.param(issuerId), where.param(currency)];
  const functional = `(SELECT functional_currency FROM platform.issuer WHERE id = ${issuer})`;
  return keysetPage<RecordedRate>(
    reader,
    {
      list: `exchange-rates ${issuerId} ${currency}`,
      select: 'rate.base, rate.quote, rate.quoted_on AS "on", rate.rate::text, rate.source, rate.recorded_by AS "recordedBy", rate.recorded_at AS "recordedAt"',
      from: 'accounting.exchange_rate rate',
      where: where.when(currency, (code) => `(rate.base, rate.quote) IN (('EUR', ${code}), (${asked}, ${functional}), (${functional}, ${asked}))`),
      orderBy: [
        { sql: 'rate.quoted_on', type: 'date' },
        { sql: 'rate.id', type: 'bigint' },
      ],
      direction: 'descending',
    },
    page,
  );
}
