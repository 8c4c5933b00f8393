// The import of contracts: one row for each contract and plan; the contract's own cells repeat from row to row.
import { Injectable } from '@nestjs/common';
import { Companies } from '@countinghouse/companies';
import { compareDecimal, decimal, decimalToString, DomainError, isDomainError, IssuerId, LocalDate, timesRounded } from '@countinghouse/kernel';
import { refuseBadTerms } from '../domain/component-terms';
import { MEASURES } from '../domain/fee-terms';
import { listPriceOn } from '../domain/rate-card';
import { contractsBetweenClocks } from '../persistence/clock.queries';
import { aboveListPrice } from '../use-cases/agree-subsidy';
import { companyOnAnotherClock } from '../use-cases/draft-contract';
import {
  ImportColumns, ImportHandler, ImportKind, ImportRow, ImportRun, moneyOf, OpenPeriods, periodClosed, Reader, Rejection, rejectionOf, RowOf, Tx,
} from '@countinghouse/platform';
import {
  addAccessFees, addContracts, addSubsidies, Catalogue, catalogueOf, companiesByNumber, CompanyTerms, ContractOnRecord,
  contractsByNumber, ContractTerms, FileFee, issuersByCode, lockContractsByNumber, startedBy, subsidiesThatDiffer, subsidyKey,
} from '../persistence/import.queries';

const TIMINGS = ['advance', 'arrears'] as const;

const COLUMNS = {
  number: { type: 'text', required: true, max: 40 },
  issuer_code: { type: 'text', required: true, max: 20 },
  company_number: { type: 'text', required: true, max: 40 },
  currency: { type: 'currency', required: true },
  starts_on: { type: 'date', required: true },
  ends_on: { type: 'date' },
  anchor_day: { type: 'int', required: true, min: 1, max: 31 },
  cycle_months: { type: 'int', required: true, min: 1, max: 120 },
  access_fee_per_person: { type: 'money' },
  access_fee_timing: { type: 'enum', values: TIMINGS },
  access_fee_model: { type: 'enum', values: ['flat', 'perUnit'] },
  access_fee_measure: { type: 'enum', values: MEASURES },
  enrolment_timing: { type: 'enum', values: TIMINGS },
  plan_code: { type: 'text', max: 40 },
  subsidy_mode: { type: 'enum', values: ['fixed', 'percent'] },
  subsidy_value: { type: 'decimal' },
  subsidy_cap: { type: 'money' },
  renewal_months: { type: 'int', min: 1, max: 120 },
  notice_days: { type: 'int', min: 0, max: 1096 },
  payroll: { type: 'enum', values: ['yes', 'no'] },
} as const satisfies ImportColumns;
type Row = RowOf<typeof COLUMNS>;
type Column = keyof Row & string;

/** What the rows of a chunk name, as it is on record. */
interface Known {
  readonly issuers: Awaited<ReturnType<typeof issuersByCode>>;
  readonly companies: ReadonlyMap<string, CompanyTerms>;
  readonly catalogue: Catalogue;
  readonly contracts: ReadonlyMap<string, ContractOnRecord>;
  /** By issuer, the first day that lies in no closed period. */
  readonly openFrom: ReadonlyMap<IssuerId, LocalDate>;
}

@Injectable()
@ImportKind({ kind: 'subscriptions.contracts', queue: 'subscriptions', columns: COLUMNS, key: ['number', 'plan_code'] })
export class ContractsImport extends ImportHandler<Row> {
  constructor(
    private readonly openPeriods: OpenPeriods,
    private readonly companies: Companies,
  ) {
    super();
  }

  async check(reader: Reader, rows: readonly ImportRow<Row>[]): Promise<Rejection[]> {
    const known = await this.lookUp(reader, rows);
    const read = rows.map((row) => ({ ...row, ...termsOf(row.values, known) }));
    const betweenClocks = await contractsBetweenClocks(reader, read.flatMap(({ terms }) => terms ?? []));
    let place = 0;
    const otherSubsidies = await subsidiesThatDiffer(reader, read.flatMap(({ terms }) => terms ?? []));
    const said = new Map<string, ContractTerms>();
    return read.flatMap(({ line, values, terms, errors }) => {
      if (terms !== undefined) {
        if (betweenClocks.has(place++)) errors.push({ column: 'company_number', error: companyOnAnotherClock('company_number', values.company_number) });
        const onRecord = known.contracts.get(terms.number);
        const earlier = said.get(terms.number);
        if (onRecord !== undefined) errors.push(...differences(terms, onRecord, 'on record'));
        else if (earlier !== undefined) errors.push(...differences(terms, earlier, 'in an earlier line'));
        if (otherSubsidies.has(subsidyKey(terms.number, terms.subsidy?.planId))) errors.push(subsidyDiffers(values));
        if (earlier === undefined || earlier.fee === null) said.set(terms.number, terms);
      }
      return errors.map(({ column, error }) => rejectionOf(error, { line, column, value: String(values[column] ?? '') }));
    });
  }

  async apply(tx: Tx, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Record<string, number>> {
    const known = await this.lookUp(tx, rows);
    const terms = rows.map(({ line, values }) => {
      const read = termsOf(values, known);
      if (read.terms === undefined) throw new Error(`line ${line} was accepted and cannot be read: ${read.errors[0]?.error.message}`);
      return read.terms;
    });
    for (const [, number] of await this.companies.closedAmong(tx, [...new Set(terms.map(({ companyId }) => companyId))])) throw companyClosed(number).error;
    const origin = { by: await startedBy(tx, run.id), reason: `import of ${run.input.fileName}` };
    const contracts = await addContracts(tx, oneOfEach(terms), origin);
    await lockContractsByNumber(tx, [...new Set(terms.map(({ number }) => number))]);
    const accessFees = await addAccessFees(tx, oneOfEach(terms.filter(({ fee }) => fee !== null)), origin);
    const subsidies = await addSubsidies(tx, terms, origin);
    await refuseDifferent(tx, terms);
    return { contracts, accessFees, subsidies };
  }

  private async lookUp(reader: Reader, rows: readonly ImportRow<Row>[]): Promise<Known> {
    const distinct = <T>(of: (row: Row) => T | null) => [...new Set(rows.map(({ values }) => of(values)))].filter((value) => value !== null);
    const issuers = await issuersByCode(reader, distinct((row) => row.issuer_code));
    return {
      issuers,
      companies: await companiesByNumber(reader, distinct((row) => row.company_number)),
      catalogue: await catalogueOf(reader, distinct((row) => row.plan_code), distinct((row) => row.currency)),
      contracts: await contractsByNumber(reader, distinct((row) => row.number)),
      openFrom: await this.openPeriods.firstOpenDays(reader, [...issuers.values()]),
    };
  }
}

/** The first row of each contract. */
function oneOfEach(terms: readonly ContractTerms[]): ContractTerms[] {
  const byNumber = new Map<string, ContractTerms>();
  for (const one of terms) if (!byNumber.has(one.number)) byNumber.set(one.number, one);
  return [...byNumber.values()];
}

/** Rows of one contract may lie in two chunks, which are not compared before; so what is there now is compared. */
async function refuseDifferent(tx: Tx, terms: readonly ContractTerms[]): Promise<void> {
  const onRecord = await contractsByNumber(tx, terms.map(({ number }) => number));
  for (const one of terms) {
    const [first] = differences(one, onRecord.get(one.number)!, 'on record');
    if (first !== undefined) throw first.error;
  }
}

interface CellError {
  readonly column: Column;
  readonly error: DomainError;
}

/** The terms a row states; undefined, with the reasons, if they do not hold together. */
function termsOf(row: Row, known: Known): { terms: ContractTerms | undefined; errors: CellError[] } {
  const errors: CellError[] = [];
  const issuerId = known.issuers.get(row.issuer_code);
  const company = known.companies.get(row.company_number);
  if (issuerId === undefined) errors.push(unknown('issuer_code', 'ISSUER_UNKNOWN', `There is no issuer ${row.issuer_code}.`));
  if (company === undefined) errors.push(unknown('company_number', 'COMPANY_UNKNOWN', `There is no company ${row.company_number}.`));
  if (company?.status === 'closed') errors.push(companyClosed(row.company_number));
  if (row.ends_on !== null && row.ends_on <= row.starts_on) {
    errors.push(cell('ends_on', 'CONTRACT_ENDS_BEFORE_IT_STARTS', `The contract ends on ${row.ends_on}, but starts on ${row.starts_on}.`, 'Give the first day that is no longer in the contract.'));
  }
  const openFrom = issuerId === undefined ? undefined : known.openFrom.get(issuerId);
  if (openFrom !== undefined && row.starts_on < openFrom && !known.contracts.has(row.number)) {
    errors.push({ column: 'starts_on', error: periodClosed(row.starts_on, openFrom, 'starts_on') });
  }
  const fee = feeOf(row, errors);
  const subsidy = subsidyOf(row, known.catalogue, errors);
  if (errors.length > 0 || issuerId === undefined || company === undefined) return { terms: undefined, errors };
  const terms: ContractTerms = {
    number: row.number,
    issuerId,
    companyId: company.id,
    currency: row.currency,
    timeZone: company.timeZone,
    startsOn: row.starts_on,
    endsOn: row.ends_on,
    anchorDay: row.anchor_day,
    cycleMonths: row.cycle_months,
    enrolmentTiming: row.enrolment_timing ?? 'advance',
    fee,
    subsidy,
    renewalMonths: row.renewal_months,
    noticeDays: row.notice_days ?? 0,
    payrollAllowed: row.payroll === 'yes',
  };
  return { terms, errors };
}

function feeOf(row: Row, errors: CellError[]): ContractTerms['fee'] {
  const unitPriceMinor = amountOf(row, 'access_fee_per_person', errors);
  if (unitPriceMinor === null) return null;
  const { access_fee_timing: timing, access_fee_model: priceModel, access_fee_measure: measure } = row;
  if (timing !== null) return soundFee({ unitPriceMinor, timing, priceModel: priceModel ?? 'perUnit', measure: measure ?? 'daily' }, errors);
  errors.push(cell('access_fee_timing', 'ACCESS_FEE_TIMING_MISSING', 'The access fee has no timing.', 'Write advance or arrears.'));
  return null;
}

/** The terms as they will be agreed, by the rules of every component. */
function soundFee(fee: FileFee, errors: CellError[]): FileFee | null {
  const { timing, ...terms } = fee;
  try {
    refuseBadTerms('access-fee', timing, {
      ...terms, counted: 'eligible', costCentre: null, onDecrease: 'credit', intervalMonths: 1, taxInclusive: false, taxCategory: 'standard',
    });
    return fee;
  } catch (error) {
    if (!isDomainError(error)) throw error;
    errors.push({ column: error.field === 'measure' ? 'access_fee_measure' : 'access_fee_per_person', error });
    return null;
  }
}

function subsidyOf(row: Row, catalogue: Catalogue, errors: CellError[]): ContractTerms['subsidy'] {
  if (row.plan_code === null) {
    if (row.subsidy_mode !== null) errors.push(cell('plan_code', 'SUBSIDY_WITHOUT_PLAN', 'The subsidy is for no plan.', 'Fill in the plan that is subsidised.'));
    return null;
  }
  const planId = catalogue.plan(row.plan_code)?.id;
  if (planId === undefined) {
    errors.push(unknown('plan_code', 'PLAN_UNKNOWN', `There is no plan ${row.plan_code}.`));
    return null;
  }
  const price = listPriceOn(catalogue.prices(planId, row.currency), row.starts_on, row.cycle_months);
  if (price === undefined) {
    errors.push(priceMissing('plan_code', row.plan_code, row.currency, row.starts_on));
    return null;
  }
  const capMinor = amountOf(row, 'subsidy_cap', errors);
  if ((row.subsidy_mode === null) !== (row.subsidy_value === null)) {
    const column = row.subsidy_mode === null ? 'subsidy_mode' : 'subsidy_value';
    errors.push(cell(column, 'SUBSIDY_INCOMPLETE', 'A subsidy has a mode and a value.', 'Fill in both, or neither.'));
    return null;
  }
  if (row.subsidy_mode === 'percent') return { planId, mode: 'percent', amountMinor: null, percent: percentOf(row, errors), capMinor };
  const amountMinor = row.subsidy_mode === null ? 0n : (amountOf(row, 'subsidy_value', errors) ?? 0n);
  if (amountMinor * BigInt(price.months) > price.minor) errors.push({ column: 'subsidy_value', error: aboveListPrice(row.plan_code, row.currency, amountMinor, price, 'subsidy_value') });
  return { planId, mode: 'fixed', amountMinor, percent: null, capMinor };
}

/** As the column keeps it, with four decimals. */
function percentOf(row: Row, errors: CellError[]): string {
  const percent = decimal(row.subsidy_value!);
  if (percent.scale > 4) errors.push(cell('subsidy_value', 'PERCENTAGE_TOO_PRECISE', 'A percentage has at most four decimals.', 'Round it.'));
  if (percent.unscaled < 0n) errors.push(negative('subsidy_value', row.subsidy_value!));
  if (compareDecimal(percent, decimal('100')) > 0) {
    errors.push(cell('subsidy_value', 'SUBSIDY_ABOVE_PRICE', 'More than 100 percent is above the price.', 'Give at most 100.'));
  }
  return decimalToString({ unscaled: timesRounded(10_000n, percent), scale: 4 });
}

/** An amount of the row's currency; null, with the reason, if it is not one or is below nothing. */
function amountOf(row: Row, column: 'access_fee_per_person' | 'subsidy_value' | 'subsidy_cap', errors: CellError[]): bigint | null {
  const text = row[column];
  if (text === null) return null;
  try {
    const { minor } = moneyOf(text, row.currency);
    if (minor >= 0n) return minor;
    errors.push(negative(column, text));
  } catch (error) {
    if (!isDomainError(error)) throw error;
    errors.push({ column, error });
  }
  return null;
}

/** A contract is changed by an act of its own, never by a file that tells it otherwise. */
function differences(terms: ContractTerms, other: Omit<ContractOnRecord, 'id'>, where: string): CellError[] {
  const pairs: [Column, unknown, unknown][] = [
    ['issuer_code', terms.issuerId, other.issuerId],
    ['company_number', terms.companyId, other.companyId],
    ['currency', terms.currency, other.currency],
    ['starts_on', terms.startsOn, other.startsOn],
    // The term of a contract that renews itself has another end from year to year.
    ...(terms.renewalMonths === null && other.renewalMonths === null ? [['ends_on', terms.endsOn, other.endsOn] as [Column, unknown, unknown]] : []),
    ['anchor_day', terms.anchorDay, other.anchorDay],
    ['cycle_months', terms.cycleMonths, other.cycleMonths],
    ['enrolment_timing', terms.enrolmentTiming, other.enrolmentTiming],
    ['access_fee_per_person', terms.fee?.unitPriceMinor ?? other.fee?.unitPriceMinor, other.fee?.unitPriceMinor ?? terms.fee?.unitPriceMinor],
    ['access_fee_timing', terms.fee?.timing ?? other.fee?.timing, other.fee?.timing ?? terms.fee?.timing],
    ['access_fee_model', terms.fee?.priceModel ?? other.fee?.priceModel, other.fee?.priceModel ?? terms.fee?.priceModel],
    ['access_fee_measure', terms.fee?.measure ?? other.fee?.measure, other.fee?.measure ?? terms.fee?.measure],
  ];
  return pairs
    .filter(([, mine, theirs]) => mine !== theirs)
    .map(([column]) => cell(column, 'CONTRACT_DIFFERS', `The contract ${terms.number} has another ${column} ${where}.`, 'Give the terms as they are; a contract is not changed by an import.'));
}

function subsidyDiffers({ number, plan_code: plan }: Row): CellError {
  const reason = `The contract ${number} subsidises the plan ${plan} otherwise.`;
  return cell('subsidy_value', 'SUBSIDY_DIFFERS', reason, 'Give the subsidy as it is; a contract is not changed by an import.');
}

function cell(column: Column, code: string, reason: string, remedy: string): CellError {
  return { column, error: new DomainError(code, reason, { field: column, remedy }) };
}

function unknown(column: Column, code: string, reason: string): CellError {
  return cell(column, code, reason, 'Correct it, or add what it names first.');
}

function negative(column: Column, value: string): CellError {
  return cell(column, 'AMOUNT_NEGATIVE', `${value} is below nothing.`, 'Give 0 or more.');
}

function companyClosed(number: string): CellError {
  return cell('company_number', 'COMPANY_CLOSED', `The company ${number} is closed.`, 'Choose another company, or reopen it first.');
}

function priceMissing(column: Column, plan: string, currency: string, on: LocalDate): CellError {
  return cell(column, 'PRICE_MISSING', `The plan ${plan} has no price in ${currency} on ${on}.`, `Publish a price in ${currency} first.`);
}
