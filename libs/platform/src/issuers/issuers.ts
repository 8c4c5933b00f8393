// The issuers: our own legal entities. Their books belong to accounting, their number series to invoicing.
import { Injectable } from '@nestjs/common';
import { currency, Currency, DomainError, IssuerId, timeZone, TimeZone } from '@countinghouse/kernel';
import { Audit } from '../audit/audit';
import { Actor, authorise } from '../auth/actor';
import { sqlState, violatedConstraint } from '../database/database';
import { Reader, Tx } from '../database/tx';
import { newId } from '../ids/new-id';

export interface Issuer {
  readonly id: IssuerId;
  /** Short, unique and stable; it stands in import files: 'PT'. */
  readonly code: string;
  readonly legalName: string;
  /** ISO 3166, two letters. */
  readonly country: string;
  readonly taxId: string;
  readonly functionalCurrency: Currency;
  readonly timeZone: TimeZone;
  /** What time it is for an issuer made for tests; null for a real one. */
  readonly testClockAt: Date | null;
}

/** An issuer is real unless it is given a clock of its own. */
export type NewIssuer = Omit<Issuer, 'id' | 'testClockAt'> & Partial<Pick<Issuer, 'testClockAt'>>;

const COLUMNS = `id, code, legal_name AS "legalName", country, tax_id AS "taxId",
  functional_currency AS "functionalCurrency", time_zone AS "timeZone", test_clock_at AS "testClockAt"`;

const REFUSALS: Record<string, { code: string; field: 'code' | 'taxId'; message: string }> = {
  issuer_code_is_unique: { code: 'ISSUER_CODE_TAKEN', field: 'code', message: 'another issuer has this code' },
  issuer_tax_id_is_unique: { code: 'ISSUER_TAX_ID_TAKEN', field: 'taxId', message: 'another issuer of this country has this tax id' },
  issuer_code_check: { code: 'ISSUER_CODE_INVALID', field: 'code', message: 'a code is 2 to 20 capitals, digits or hyphens' },
};

@Injectable()
export class Issuers {
  constructor(private readonly audit: Audit) {}

  /**
   * Adds an issuer. It can invoice once its books are open and its series exist.
   * @throws DomainError ISSUER_CODE_TAKEN, ISSUER_TAX_ID_TAKEN, ISSUER_CODE_INVALID, CURRENCY_UNKNOWN, TIME_ZONE_UNKNOWN
   */
  async create(tx: Tx, input: NewIssuer, actor: Actor): Promise<Issuer> {
    authorise(actor, 'admin');
    const issuer: Issuer = {
      ...input,
      id: newId<IssuerId>(),
      functionalCurrency: currency(input.functionalCurrency),
      timeZone: timeZone(input.timeZone, 'timeZone'),
      testClockAt: input.testClockAt ?? null,
    };
    const { id, code, legalName, country, taxId, functionalCurrency, testClockAt } = issuer;
    try {
      await tx.execute(
        `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone, test_clock_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [id, code, legalName, country, taxId, functionalCurrency, issuer.timeZone, testClockAt],
      );
    } catch (error) {
      throw refusal(error, issuer);
    }
    await this.audit.record(tx, actor, [
      { action: 'platform.create-issuer', subjectType: 'issuer', subjectId: id, issuerId: id, change: { code, legalName, country, taxId, testClockAt } },
    ]);
    return issuer;
  }

  /** The real ones, by code: what is done for all issuers is not done for those on a test clock. */
  async all(reader: Reader): Promise<Issuer[]> {
    return reader.query<Issuer>(`SELECT ${COLUMNS} FROM platform.issuer WHERE test_clock_at IS NULL ORDER BY code`);
  }

  async byCode(reader: Reader, code: string): Promise<Issuer | undefined> {
    return reader.first<Issuer>(`SELECT ${COLUMNS} FROM platform.issuer WHERE code = $1`, [code]);
  }
}

function refusal(error: unknown, issuer: Issuer): unknown {
  const known = REFUSALS[violatedConstraint(error) ?? ''];
  if (!known || !sqlState(error)?.startsWith('23')) return error;
  return new DomainError(known.code, `${known.message}: ${issuer[known.field]}`, {
    field: known.field,
    value: issuer[known.field],
    remedy: 'choose another one, or use the issuer that is there',
    cause: error,
  });
}
