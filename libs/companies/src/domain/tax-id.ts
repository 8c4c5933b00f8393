// Tax ids: the number a company is registered under, in one spelling, with its check digits recomputed where they are known.
import { Country, DomainError } from '@countinghouse/kernel';

interface TaxIdRule {
  readonly name: string;
  readonly example: string;
  /** The canonical spelling of a text without separators and in capitals; undefined if it is no such number. */
  read(compact: string): string | undefined;
}

/** Separators people write; they carry no meaning in any of the formats. */
const SEPARATORS = /[\s.,/\u2010-\u2015-]/g;
/** Long enough for every national format, and at least one digit. */
const ANY_FORMAT = /^(?=.*\d)[A-Z0-9]{4,20}$/;

const RULES: Readonly<Record<string, TaxIdRule>> = {
  PT: { name: 'NIF', example: '501964843', read: readNif },
  DE: { name: 'USt-IdNr.', example: 'DE136695976', read: readUstIdNr },
  BR: { name: 'CNPJ', example: '11.222.333/0001-81', read: readCnpj },
};

/**
 * The canonical spelling of a company's tax id: PT nine digits, DE with its prefix, BR fourteen characters, all without
 * separators. Other countries are checked for their characters and length only.
 * @throws DomainError TAX_ID_INVALID
 */
export function taxId(country: Country, text: string): string {
  const compact = text.toUpperCase().replace(SEPARATORS, '');
  const rule = RULES[country];
  const read = rule ? rule.read(compact) : ANY_FORMAT.test(compact) ? compact : undefined;
  if (read !== undefined) return read;
  const value = text.slice(0, 40);
  throw new DomainError('TAX_ID_INVALID', `${JSON.stringify(value)} is not a valid ${rule ? rule.name : 'tax id'} of ${country}.`, {
    field: 'taxId',
    value,
    remedy: rule ? `Check the digits against the register; a ${rule.name} looks like ${rule.example}.` : 'Write 4 to 20 letters and digits.',
  });
}

/** NIF: weights 9 to 2 over the first eight digits; check = 11 − sum mod 11, where 10 and 11 count as 0. */
function readNif(compact: string): string | undefined {
  const nif = compact.startsWith('PT') ? compact.slice(2) : compact;
  if (!/^\d{9}$/.test(nif)) return undefined;
  return checkDigitModulo11(nif.slice(0, 8), [9, 8, 7, 6, 5, 4, 3, 2]) === nif[8] ? nif : undefined;
}

/** USt-IdNr.: nine digits after DE, the last a check digit by ISO 7064, MOD 11,10. */
function readUstIdNr(compact: string): string | undefined {
  const digits = compact.startsWith('DE') ? compact.slice(2) : compact;
  if (!/^[1-9]\d{8}$/.test(digits)) return undefined;
  let product = 10;
  for (const digit of digits.slice(0, 8)) {
    const sum = (Number(digit) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return String((11 - product) % 10) === digits[8] ? `DE${digits}` : undefined;
}

/**
 * CNPJ: twelve characters and two check digits modulo 11. Since July 2026 the twelve may hold letters, which count as
 * their ASCII code less 48 (Receita Federal, Instrução Normativa RFB 2.229/2024).
 */
function readCnpj(compact: string): string | undefined {
  if (!/^[A-Z0-9]{12}\d{2}$/.test(compact) || /^0+$/.test(compact)) return undefined;
  const weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  const first = checkDigitModulo11(compact.slice(0, 12), weights.slice(1));
  const second = checkDigitModulo11(compact.slice(0, 12) + first, weights);
  return compact.endsWith(first + second) ? compact : undefined;
}

function checkDigitModulo11(characters: string, weights: readonly number[]): string {
  const sum = weights.reduce((total, weight, i) => total + weight * (characters.charCodeAt(i) - 48), 0);
  const check = 11 - (sum % 11);
  return check >= 10 ? '0' : String(check);
}
