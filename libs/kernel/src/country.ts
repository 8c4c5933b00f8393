/** Country: an ISO 3166-1 two-letter code that is known to exist. */
import { DomainError } from './domain-error';

/** A code in capitals, such as `PT`; made by {@link country} only. */
export type Country = string & { readonly __country: true };

const CODES = new Set(
  `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
   CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
   GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
   KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
   MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
   SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
   UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`.split(/\s+/),
);

/**
 * Checks a two-letter code, in capitals.
 * @param field the name of the input, for the error
 * @throws DomainError COUNTRY_UNKNOWN
 */
export function country(code: string, field = 'country'): Country {
  if (CODES.has(code)) return code as Country;
  const value = code.slice(0, 40);
  throw new DomainError('COUNTRY_UNKNOWN', `${JSON.stringify(value)} is not a country of ISO 3166.`, {
    field,
    value,
    remedy: 'Use a two-letter ISO 3166 code in capitals, such as PT.',
  });
}
