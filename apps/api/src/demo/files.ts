// Writes the demo business as the CSV files that a customer would send, member by member, so that memory does not grow.
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dayOfMonth, LocalDate } from '@countinghouse/kernel';
import { DemoCompany, demoCompanies, demoMember, DemoMember, DemoSize } from './business';

/** The files in the order in which they must be imported. */
export const DEMO_FILES = ['companies', 'members', 'contracts', 'enrolments', 'payment-methods'] as const;
export type DemoFile = (typeof DEMO_FILES)[number];

type Cell = string | number;
type Rows = Iterable<readonly Cell[]>;

const CHUNK_CHARACTERS = 64 * 1024;
/** Written last: where it lies, all files are whole. */
const SIZE_FILE = 'size.json';

const HEADERS: Readonly<Record<DemoFile, string>> = {
  companies: 'number,legal_name,trade_name,country,tax_id,vat_status,currency,language,time_zone,payment_terms_days,delivery,email,address_line,postal_code,city',
  members: 'company_number,employee_id,name,email,cost_centre,eligible_from,left_on',
  contracts:
    'number,issuer_code,company_number,currency,starts_on,ends_on,anchor_day,cycle_months,access_fee_per_person,access_fee_timing,enrolment_timing,plan_code,subsidy_mode,subsidy_value,subsidy_cap',
  enrolments: 'contract_number,employee_id,plan_code,starts_on,ends_on',
  'payment-methods': 'company_number,employee_id,provider,token,label',
};

const ROWS: Readonly<Record<DemoFile, (size: DemoSize) => Rows>> = {
  companies: function* (size) {
    for (const company of demoCompanies(size)) yield companyRow(company);
  },
  members: function* (size) {
    for (const [company, member] of everyMember(size)) {
      yield [company.number, member.employeeId, member.name, member.email, member.costCentre, member.eligibleFrom, member.leftOn];
    }
  },
  contracts: function* (size) {
    for (const company of demoCompanies(size)) yield* contractRows(company, size.month);
  },
  enrolments: function* (size) {
    for (const [company, { employeeId, enrolment }] of everyMember(size)) {
      if (enrolment) yield [company.contractNumber, employeeId, enrolment.plan, enrolment.startsOn, enrolment.endsOn];
    }
  },
  'payment-methods': function* (size) {
    for (const [company, { employeeId, card }] of everyMember(size)) {
      if (card) yield [company.number, employeeId, 'sandbox', card.token, card.label];
    }
  },
};

/** Writes the files into a folder, unless they are there: then the size they were written for is returned, whatever is asked. */
export async function writeDemoFiles(folder: string, size: DemoSize): Promise<DemoSize> {
  const written = await writtenSize(folder);
  if (written) return written;
  await mkdir(folder, { recursive: true });
  for (const file of DEMO_FILES) await writeCsv(demoFile(folder, file), HEADERS[file], ROWS[file](size));
  await writeFile(join(folder, `${SIZE_FILE}.unfinished`), `${JSON.stringify(size)}\n`);
  await rename(join(folder, `${SIZE_FILE}.unfinished`), join(folder, SIZE_FILE));
  return size;
}

export function demoFile(folder: string, file: DemoFile): string {
  return join(folder, `${file}.csv`);
}

async function writtenSize(folder: string): Promise<DemoSize | undefined> {
  const text = await readFile(join(folder, SIZE_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as DemoSize);
}

function* everyMember(size: DemoSize): Generator<[DemoCompany, DemoMember]> {
  for (const company of demoCompanies(size)) {
    for (let position = 0; position < company.members; position++) yield [company, demoMember(company, position, size.month)];
  }
}

function companyRow(company: DemoCompany): readonly Cell[] {
  const { issuer, country } = company;
  const vatStatus = country === 'BR' ? 'not-required' : 'valid';
  const language = { PT: 'pt', DE: 'de', BR: 'pt' }[country];
  const zone = { PT: 'Europe/Lisbon', DE: 'Europe/Berlin', BR: 'America/Sao_Paulo' }[country];
  return [
    company.number, company.legalName, company.tradeName, country, company.taxId, vatStatus, issuer.currency, language, zone,
    company.paymentTermsDays, 'email', company.email, company.street, company.postalCode, company.city,
  ];
}

/** One row for each plan; what holds for the whole contract is repeated, the access fee is told once. */
function* contractRows({ contractNumber, number, issuer, terms }: DemoCompany, month: LocalDate): Generator<readonly Cell[]> {
  for (const [position, { plan, mode, value, cap }] of terms.subsidies.entries()) {
    const fee = position === 0 ? [terms.accessFee, terms.accessFeeTiming] : ['', ''];
    yield [contractNumber, issuer.code, number, issuer.currency, terms.startsOn, '', dayOfMonth(month), 1, ...fee, 'arrears', plan, mode, value, cap];
  }
}

async function writeCsv(path: string, header: string, rows: Rows): Promise<void> {
  await pipeline(Readable.from(csvText(header, rows), { objectMode: false }), createWriteStream(path));
}

function* csvText(header: string, rows: Rows): Generator<string> {
  let text = `${header}\n`;
  for (const row of rows) {
    text += `${row.map(csvCell).join(',')}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield text;
}

function csvCell(value: Cell): string {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
