// The demo business: who its issuers, companies and members are and what they have agreed on. Pure; any part can be made alone.
import { addDays, addMonths, daysBetween, fromEpochDay, LocalDate, toEpochDay } from '@countinghouse/kernel';
import { Draw } from './draw';
import { BUSINESS_WORDS, personName, PLACES } from './names';
import { brazilianCnpj, germanVatId, portugueseNif } from './tax-ids';

export interface DemoSize {
  readonly companies: number;
  readonly members: number;
  /** The first day of the month that is billed. */
  readonly month: LocalDate;
}

export const DEMO_ISSUERS = [
  { code: 'PT', legalName: 'Countinghouse Bem-Estar, S.A.', country: 'PT', taxId: portugueseNif('51648230'), currency: 'EUR', timeZone: 'Europe/Lisbon', language: 'pt' },
  { code: 'DE', legalName: 'Countinghouse Gesundheit GmbH', country: 'DE', taxId: germanVatId('31427719'), currency: 'EUR', timeZone: 'Europe/Berlin', language: 'de' },
  { code: 'BR', legalName: 'Countinghouse Bem-Estar do Brasil Ltda.', country: 'BR', taxId: brazilianCnpj('384190550001'), currency: 'BRL', timeZone: 'America/Sao_Paulo', language: 'pt' },
] as const;

export type DemoIssuer = (typeof DEMO_ISSUERS)[number];

/** Prices are per month and include the tax of the issuer's country, as members see them. */
export const DEMO_PLANS = [
  { code: 'ESSENTIAL', name: 'Essential', taxCategory: 'standard', prices: { EUR: '19.90', BRL: '79.90' } },
  { code: 'PLUS', name: 'Plus', taxCategory: 'standard', prices: { EUR: '34.90', BRL: '149.90' } },
  { code: 'PREMIUM', name: 'Premium', taxCategory: 'standard', prices: { EUR: '59.90', BRL: '249.90' } },
] as const;

export type DemoPlanCode = (typeof DEMO_PLANS)[number]['code'];

export interface DemoCompany {
  readonly index: number;
  readonly number: string;
  readonly contractNumber: string;
  readonly issuer: DemoIssuer;
  /** Where it stands; some are billed across the border. */
  readonly country: 'PT' | 'DE' | 'BR';
  readonly legalName: string;
  readonly tradeName: string;
  readonly taxId: string;
  readonly paymentTermsDays: number;
  readonly email: string;
  readonly street: string;
  readonly postalCode: string;
  readonly city: string;
  readonly members: number;
  readonly terms: DemoTerms;
}

export interface DemoTerms {
  readonly startsOn: LocalDate;
  readonly accessFee: string;
  readonly accessFeeTiming: 'arrears' | 'advance';
  readonly subsidies: readonly { readonly plan: DemoPlanCode; readonly mode: 'fixed' | 'percent'; readonly value: string; readonly cap: string }[];
}

export interface DemoMember {
  readonly employeeId: string;
  readonly name: string;
  readonly email: string;
  readonly costCentre: string;
  readonly eligibleFrom: LocalDate;
  readonly leftOn: LocalDate | '';
  readonly enrolment?: { readonly plan: DemoPlanCode; readonly startsOn: LocalDate; readonly endsOn: LocalDate | '' };
  readonly card?: { readonly token: string; readonly label: string };
}

type Employment = Pick<DemoMember, 'eligibleFrom' | 'leftOn'>;

const LARGEST_SHARE = 0.25;
const ENROLLED_SHARE = 0.7;

/**
 * How many members each company has, the largest first: one has a quarter of all, the others follow Zipf's law down to
 * a handful. Every company has at least one, and they add up to `members`.
 */
export function companySizes(companies: number, members: number): number[] {
  if (companies === 1) return [members];
  const largest = Math.min(Math.round(members * LARGEST_SHARE), members - companies + 1);
  const others = companies - 1;
  const free = members - largest - others;
  const weights = Array.from({ length: others }, (_, rank) => 1 / (rank + 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = weights.map((weight) => 1 + Math.floor((free * weight) / total));
  const missing = members - largest - sizes.reduce((sum, size) => sum + size, 0);
  for (let i = 0; i < missing; i++) sizes[i % others]! += 1;
  return [largest, ...sizes];
}

/** Every company of the business, in the order of its number. */
export function* demoCompanies({ companies, members, month }: DemoSize): Generator<DemoCompany> {
  let index = 0;
  for (const size of companySizes(companies, members)) yield demoCompany(index++, size, month);
}

function demoCompany(index: number, members: number, month: LocalDate): DemoCompany {
  const draw = new Draw(`company ${index}`);
  // The first three companies are one of each issuer, so that the smallest business has all of them.
  const issuer = DEMO_ISSUERS[index < DEMO_ISSUERS.length ? index : draw.pick([0, 0, 0, 1, 1, 2])]!;
  const country = index >= DEMO_ISSUERS.length && issuer.code !== 'BR' && draw.chance(0.12) ? (issuer.code === 'PT' ? 'DE' : 'PT') : issuer.country;
  const { stems, forms } = BUSINESS_WORDS[country]!;
  const place = draw.pick(PLACES[country]!);
  const tradeName = `${draw.pick(stems)} ${index + 1}`;
  const number = String(index + 1).padStart(6, '0');
  return {
    index,
    number: `C-${number}`,
    contractNumber: `K-${number}`,
    issuer,
    country,
    legalName: `${tradeName}, ${draw.pick(forms)}`,
    tradeName,
    taxId: taxIdOf(country, index),
    paymentTermsDays: draw.pick([14, 30, 30, 30, 45, 60]),
    email: `contas.${number}@empresa-${number}.example`,
    street: `${place.street} ${1 + draw.below(200)}`,
    postalCode: place.postalCode.replace(/#/g, () => draw.digits(1)),
    city: place.city,
    members,
    terms: demoTerms(draw, issuer, month),
  };
}

function taxIdOf(country: DemoCompany['country'], index: number): string {
  const number = String(index + 1);
  if (country === 'PT') return portugueseNif(`50${number.padStart(6, '0')}`);
  if (country === 'DE') return germanVatId(`2${number.padStart(7, '0')}`);
  return brazilianCnpj(`${number.padStart(8, '0')}0001`);
}

function demoTerms(draw: Draw, issuer: DemoIssuer, month: LocalDate): DemoTerms {
  const euro = issuer.currency === 'EUR';
  const startsLate = draw.chance(0.05);
  return {
    startsOn: startsLate ? addDays(month, 1 + draw.below(20)) : month,
    accessFee: draw.pick(euro ? ['1.50', '2.00', '2.50', '3.75', '4.99'] : ['7.50', '9.90', '12.00']),
    accessFeeTiming: draw.chance(0.8) ? 'arrears' : 'advance',
    subsidies: DEMO_PLANS.map(({ code }) =>
      draw.chance(0.4)
        ? { plan: code, mode: 'fixed', value: draw.pick(euro ? ['5.00', '9.95', '12.50'] : ['20.00', '39.95', '50.00']), cap: '' }
        : { plan: code, mode: 'percent', value: draw.pick(['25', '33.333', '50', '80', '100']), cap: draw.chance(0.5) ? (euro ? '25.00' : '90.00') : '' },
    ),
  };
}

/** The n-th member of a company, from 0; the same whenever and in whatever order it is asked for. */
export function demoMember(company: DemoCompany, position: number, month: LocalDate): DemoMember {
  const draw = new Draw(`member ${company.index} ${position}`);
  const employeeId = `E${String(position + 1).padStart(6, '0')}`;
  const life = employment(draw, month);
  const enrolled = draw.chance(ENROLLED_SHARE) && (life.leftOn === '' || life.leftOn > company.terms.startsOn);
  const name = personName(draw, company.country);
  return {
    employeeId,
    name,
    email: emailOf(draw, company, position),
    costCentre: draw.chance(0.6) ? `CC-${1 + draw.below(12)}` : '',
    ...life,
    ...(enrolled && { enrolment: enrolmentOf(draw, company.terms, life, month), card: cardOf(draw) }),
  };
}

/** Most have been there for years; a few join or leave in the month that is billed. */
function employment(draw: Draw, month: LocalDate): Employment {
  const length = daysBetween(month, addMonths(month, 1));
  const when = draw.next();
  if (when < 0.03) return { eligibleFrom: addDays(month, draw.below(length)), leftOn: '' };
  const eligibleFrom = addDays(month, -1 - draw.below(1500));
  if (when < 0.05) return { eligibleFrom, leftOn: addDays(month, 1 + draw.below(length - 1)) };
  return { eligibleFrom, leftOn: '' };
}

function enrolmentOf(draw: Draw, terms: DemoTerms, life: Employment, month: LocalDate): NonNullable<DemoMember['enrolment']> {
  const earliest = fromEpochDay(Math.max(toEpochDay(terms.startsOn), toEpochDay(life.eligibleFrom)));
  const end = addMonths(month, 1);
  const room = daysBetween(earliest, end) - 1;
  const startsOn = draw.chance(0.05) && room > 1 && life.leftOn === '' ? addDays(earliest, draw.below(room)) : earliest;
  const plan = DEMO_PLANS[draw.pick([0, 0, 0, 1, 1, 2])]!.code;
  return { plan, startsOn, endsOn: life.leftOn };
}

/** One in eight has none, and one in twenty shares one with others, as families and front desks do. */
function emailOf(draw: Draw, company: DemoCompany, position: number): string {
  const kind = draw.next();
  const domain = `empresa-${company.number.slice(2)}.example`;
  if (kind < 0.125) return '';
  return kind < 0.175 ? `familia.${position % 7}@${domain}` : `e${position + 1}@${domain}`;
}

/** What the sandbox provider does with a card is written in its token. */
function cardOf(draw: Draw): NonNullable<DemoMember['card']> {
  const kind = draw.next();
  const token =
    kind < 0.015 ? 'tok_decline_soft' : kind < 0.025 ? 'tok_decline_hard' : kind < 0.028 ? 'tok_timeout' : kind < 0.03 ? 'tok_timeout_captured' : 'tok_ok';
  return { token, label: `${draw.pick(['Visa', 'Mastercard', 'Elo', 'Amex'])} •••• ${draw.digits(4)}` };
}
