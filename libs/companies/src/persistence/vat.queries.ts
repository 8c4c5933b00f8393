// The SQL of VAT checks: what is due, and what was answered.
import type { CompanyId, Country } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';
import type { VatAnswer } from '../vat/vat-service';

export interface NumberToCheck {
  readonly companyId: CompanyId;
  readonly country: Country;
  readonly taxId: string;
}

/** As the index on what is due has it. */
const CHECKED_BY_VIES = `tax_id IS NOT NULL AND vat_status <> 'not-required'
    AND (country IN ('AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU', 'LV', 'MT', 'NL', 'PL',
      'PT', 'RO', 'SE', 'SI', 'SK') OR tax_id LIKE 'XI%')`;

/** Takes numbers whose check is due, and leases them, so that nobody else asks about them meanwhile. */
export async function leaseDueNumbers(tx: Tx, at: Date, leasedUntil: Date, limit: number): Promise<NumberToCheck[]> {
  return tx.query(
    `UPDATE companies.company c SET vat_due_at = $2
       FROM (SELECT id FROM companies.company WHERE vat_due_at <= $1 AND ${CHECKED_BY_VIES} AND status <> 'closed'
              ORDER BY vat_due_at, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED) AS due
      WHERE c.id = due.id RETURNING c.id AS "companyId", c.country, c.tax_id AS "taxId"`,
    [at, leasedUntil, limit],
  );
}

/** The numbers of these companies that VIES knows. */
export async function numbersToCheck(tx: Tx, ids: readonly CompanyId[]): Promise<NumberToCheck[]> {
  return tx.query(
    `SELECT id AS "companyId", country, tax_id AS "taxId" FROM companies.company WHERE id = ANY ($1::uuid[]) AND ${CHECKED_BY_VIES} ORDER BY number`,
    [ids],
  );
}

export interface AnsweredNumber extends NumberToCheck {
  readonly id: string;
  readonly answer: VatAnswer;
}

/**
 * Keeps every answer as evidence, and lets companies show those that say something, if the number is still theirs. An
 * answer holds for 90 days, a refusal for 7; one that did not come is asked for again after 15 minutes, 30, … a day at
 * the most. Gives the companies whose status has changed. The caller holds their lock.
 */
export async function keepAnswers(tx: Tx, answers: readonly AnsweredNumber[], { source, at, by }: { source: string; at: Date; by: string }): Promise<{ id: CompanyId; vatStatus: string }[]> {
  const rows = answers.map(({ id, companyId, country, taxId, answer: { raw, ...answer } }) => ({
    id, company_id: companyId, country, tax_id: taxId, result: answer.result, consultation: answer.consultation,
    trader_name: answer.traderName, trader_address: answer.traderAddress, answer: raw,
  }));
  return tx.query(
    `WITH kept AS (
       INSERT INTO companies.vat_check (id, company_id, country, tax_id, result, source, checked_at, consultation, trader_name, trader_address, answer, requested_by)
       SELECT id, company_id, country, tax_id, result, $2, $3, consultation, trader_name, trader_address, answer, $4
         FROM jsonb_populate_recordset(NULL::companies.vat_check, $1::jsonb)
       RETURNING company_id, country, tax_id, result
     ), shown AS (
       UPDATE companies.company c SET
         vat_status = CASE k.result WHEN 'unavailable' THEN c.vat_status ELSE k.result END,
         vat_checked_on = CASE k.result WHEN 'unavailable' THEN c.vat_checked_on ELSE ($3::timestamptz AT TIME ZONE c.time_zone)::date END,
         vat_attempts = CASE k.result WHEN 'unavailable' THEN c.vat_attempts + 1 ELSE 0 END,
         vat_due_at = $3::timestamptz + CASE k.result WHEN 'valid' THEN interval '90 days' WHEN 'invalid' THEN interval '7 days'
           ELSE least(interval '15 minutes' * 2 ^ least(c.vat_attempts, 10), interval '1 day') END
        FROM kept k WHERE c.id = k.company_id AND c.tax_id = k.tax_id AND c.country = k.country
       RETURNING new.id, new.vat_status, old.vat_status AS was
     )
     SELECT id, vat_status AS "vatStatus" FROM shown WHERE vat_status <> was`,
    [JSON.stringify(rows), source, at, by],
  );
}
