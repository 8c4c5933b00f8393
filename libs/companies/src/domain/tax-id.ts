// Tax ids: the number a company is registered under, in one spelling, with its check digits recomputed where they are published.
import { stdnum } from 'stdnum';
import { Country, DomainError } from '@countinghouse/kernel';

interface TaxIdRule {
  readonly name: string;
  readonly example: string;
  /** What may stand before the number. The first is written before it; a number without one is written bare. */
  readonly prefixes: readonly string[];
  readonly bare?: true;
  readonly validator: Validator;
}
type Validator = (typeof stdnum)[string][string];

/** Separators people write; they carry no meaning in any of the formats. */
const SEPARATORS = /[\s.,/\u2010-\u2015-]/g;
/** Long enough for every national format, and at least one digit. */
const ANY_FORMAT = /^(?=.*\d)[A-Z0-9]{4,20}$/;

/** `<ISO country> <prefix> <name in the library> <name among people> <example>`, of the VAT numbers that carry a prefix. */
const VAT_NUMBERS = `
  AT AT uid   UID        ATU13585627
  BE BE vat   BTW/TVA    BE0428759497
  BG BG vat   ДДС        BG175074752
  CY CY vat   ΦΠΑ        CY10259033P
  CZ CZ dic   DIČ        CZ25123891
  DE DE vat   USt-IdNr.  DE136695976
  DK DK cvr   CVR        DK13585628
  EE EE kmkr  KMKR       EE100931558
  ES ES nif   NIF        ESB58378431
  FI FI alv   ALV        FI20774740
  FR FR tva   TVA        FR40303265045
  GR EL vat   ΑΦΜ        EL094259216
  HR HR oib   OIB        HR33392005961
  HU HU anum  ANUM       HU12892312
  IE IE vat   VAT-number IE6433435F
  IT IT iva   P.IVA      IT00743110157
  LT LT pvm   PVM        LT119511515
  LU LU tva   TVA        LU15027442
  LV LV pvn   PVN        LV40003521600
  MT MT vat   VAT-number MT11679112
  NL NL btw   btw-id     NL004495445B01
  PL PL nip   NIP        PL8567346215
  RO RO cui   CUI        RO18547290
  SE SE vat   Momsnummer SE556188840401
  SI SI ddv   ID-za-DDV  SI50223054
  SK SK dph   IČ-DPH     SK2022749619
  GB GB vat   VAT-number GB980780684`;

/** A NIF, a CNPJ and an EIN are what the law of the country wants written, without any prefix. */
const NATIONAL: Readonly<Record<string, TaxIdRule>> = {
  PT: { name: 'NIF', example: '501964843', prefixes: ['PT'], bare: true, validator: stdnum['PT']!['nif']! },
  BR: { name: 'CNPJ', example: '11.222.333/0001-81', prefixes: [], bare: true, validator: stdnum['BR']!['cnpj']! },
  US: { name: 'EIN', example: '91-1144442', prefixes: [], bare: true, validator: stdnum['US']!['ein']! },
};

const RULES: Readonly<Record<string, TaxIdRule>> = {
  ...Object.fromEntries(VAT_NUMBERS.trim().split('\n').map((line) => ruleOf(line.trim().split(/\s+/)))),
  ...NATIONAL,
};

function ruleOf([country, prefix, validator, name, example]: readonly string[]): [string, TaxIdRule] {
  // Businesses of Northern Ireland have a British number under XI, by which the Union knows them.
  const prefixes = country === 'GB' ? ['GB', 'XI'] : [prefix!];
  return [country!, { name: name!.replaceAll('-', ' '), example: example!, prefixes, validator: stdnum[country!]![validator!]! }];
}

/** The states whose VAT numbers VIES knows, by the prefix it calls them by. */
const VIES_PREFIX = /^(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)/;

/**
 * The canonical spelling of a company's tax id, without separators: a VAT number with its prefix (ESB58378431), but a
 * Portuguese NIF, a Brazilian CNPJ (also with letters, as it is since July 2026) and an American EIN bare. Countries that
 * are not listed here are checked for their characters and length only.
 * @throws DomainError TAX_ID_INVALID
 */
export function taxId(country: Country, text: string): string {
  const compact = text.toUpperCase().replace(SEPARATORS, '');
  const rule = RULES[country];
  const read = rule ? readBy(rule, compact) : ANY_FORMAT.test(compact) ? compact : undefined;
  if (read !== undefined) return read;
  const value = text.slice(0, 40);
  throw new DomainError('TAX_ID_INVALID', `${JSON.stringify(value)} is not a valid ${rule ? rule.name : 'tax id'} of ${country}.`, {
    field: 'taxId',
    value,
    remedy: rule ? `Check the digits against the register; a ${rule.name} looks like ${rule.example}.` : 'Write 4 to 20 letters and digits.',
  });
}

/** The number as VIES asks for it; undefined where VIES knows none: outside the Union, but for Northern Ireland. */
export function viesNumber(country: Country, id: string): { readonly prefix: string; readonly number: string } | undefined {
  const whole = country === 'PT' ? `PT${id}` : id;
  const prefix = VIES_PREFIX.exec(whole)?.[0];
  if (prefix === undefined || !RULES[country]?.prefixes.includes(prefix)) return undefined;
  return { prefix, number: whole.slice(prefix.length) };
}

function readBy({ prefixes, bare, validator }: TaxIdRule, compact: string): string | undefined {
  const prefix = prefixes.find((each) => compact.startsWith(each));
  const number = prefix === undefined ? compact : compact.slice(prefix.length);
  // Nothing but zeros passes many a sum, and is nobody's number.
  if (number.length > 20 || /^0*$/.test(number)) return undefined;
  const checked = validator.validate(number);
  if (!checked.isValid) return undefined;
  return bare ? checked.compact : `${prefix ?? prefixes[0]}${checked.compact}`;
}
