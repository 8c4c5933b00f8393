// Tax codes: the dimension on a posting by which value added tax is a view of the ledger.
import { DomainError } from '@countinghouse/kernel';
import type { TaxKey } from '@countinghouse/contracts';

const SHAPE = /^[A-Z]{2} [A-Z]{1,2} \d{1,3}\.\d{2}$/;

/**
 * Country, category and rate in one word each: `PT S 23.00`. Stands on the net as well as on the tax, because a reverse
 * charge or an export has a base to report and no tax.
 * @throws DomainError TAX_UNKNOWN
 */
export function taxCode({ country, category, rate }: TaxKey): string {
  const code = `${country} ${category} ${rate}`;
  if (SHAPE.test(code)) return code;
  throw new DomainError('TAX_UNKNOWN', `${JSON.stringify(code.slice(0, 40))} names no tax.`, {
    field: 'taxes',
    value: code.slice(0, 40),
    remedy: 'Give the country in two capitals, the category of EN 16931, and the rate in percent with two decimals.',
  });
}
