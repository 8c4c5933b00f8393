// The import of companies: a file of new companies and of changes to known ones, by company number.
import { Injectable } from '@nestjs/common';
import { Audit, ChunkOutcome, ImportChunk, ImportColumns, ImportHandler, ImportKind, ImportRow, ImportRun, ImportStep, Reader, Rejection, rejectionOf, RowOf, Tx } from '@countinghouse/platform';
import { DomainError, isDomainError, type TimeZone } from '@countinghouse/kernel';
import { checkProfile, CompanyProfile, DELIVERIES, EMPTY_PROFILE, refuseStatusWithoutNumber, VAT_STATUSES } from '../domain/company-profile';
import { PAYMENT_TERMS_DAYS_MAX, PAYMENT_TERMS_KINDS } from '../domain/payment-terms';
import { CompanyMoveChecks } from '../move-checks/move-check';
import { columnOf, companiesByNumber, CompanyToWrite, KnownCompany, lockCompanies, lockCompaniesById, writeCompanies } from '../persistence/company.queries';
import { lockHierarchy, PLACE_KINDS, showPlaces } from '../persistence/hierarchy.queries';
import { closedAmong, countMoves, PlaceColumn, recordWantedMoves, refusePlaces, wantedMoves } from '../persistence/import-places.queries';
import { companyClosed } from '../use-cases/refusals';

const COLUMNS = {
  number: { type: 'text', required: true, max: 40 },
  legal_name: { type: 'text', required: true, max: 200 },
  trade_name: { type: 'text' },
  country: { type: 'country', required: true },
  tax_id: { type: 'text', max: 40 },
  registration_id: { type: 'text', max: 60 },
  vat_status: { type: 'enum', values: VAT_STATUSES },
  currency: { type: 'currency', required: true },
  language: { type: 'text', required: true, max: 10 },
  time_zone: { type: 'text', required: true, max: 60 },
  payment_terms_kind: { type: 'enum', values: PAYMENT_TERMS_KINDS },
  payment_terms_days: { type: 'int', required: true, min: 0, max: PAYMENT_TERMS_DAYS_MAX },
  delivery: { type: 'enum', values: DELIVERIES },
  email: { type: 'email' },
  e_invoice_scheme: { type: 'text', max: 4 },
  e_invoice_address: { type: 'text', max: 100 },
  portal_url: { type: 'text', max: 300 },
  purchase_order: { type: 'text', max: 60 },
  // Several in one cell, with | between.
  cost_centres: { type: 'text', max: 5_000 },
  address_line: { type: 'text' },
  address_line2: { type: 'text' },
  address_line3: { type: 'text' },
  postal_code: { type: 'text', max: 20 },
  city: { type: 'text', max: 100 },
  region: { type: 'text', max: 100 },
  iban: { type: 'text', max: 60 },
  bic: { type: 'text', max: 20 },
  account_holder: { type: 'text', max: 100 },
  parent_number: { type: 'text', max: 40 },
  payer_number: { type: 'text', max: 40 },
} as const satisfies ImportColumns;
type Row = RowOf<typeof COLUMNS>;

const REASON = 'imported from a file';
/** The first day of a company's first place. */
const ALWAYS = '-infinity';

@Injectable()
@ImportKind({ kind: 'companies.companies', queue: 'companies', columns: COLUMNS, key: ['number'] })
export class CompaniesImport extends ImportHandler<Row> {
  /** Moves are taken all at once, under a lock that lets nobody else move a company meanwhile; so many take a minute. */
  movesMax = 100_000;

  constructor(
    private readonly audit: Audit,
    private readonly checks: CompanyMoveChecks,
  ) {
    super();
  }

  /** Places are looked at, and taken, when all rows have been: a row may name a company that stands later in the file. */
  protected override steps(run: ImportRun): ImportStep[] {
    const [check, apply] = super.steps(run);
    if (!check || !apply || placesOf(run).length === 0) return super.steps(run);
    return [check, { step: 'check-places' }, apply, ...(run.input.mode === 'goodRows' ? [{ step: 'move' }] : [])];
  }

  protected override async processStep(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    const isWhole = chunk.step === 'apply' && run.input.mode === 'allOrNothing' && placesOf(run).length > 0;
    if (chunk.step === 'check-places') return this.checkPlaces(tx, run);
    if (chunk.step === 'move') return { result: await this.move(tx, run) };
    // Before the rows of companies, as everywhere, so that two cannot deadlock.
    if (isWhole) await lockHierarchy(tx);
    const outcome = await super.processStep(tx, chunk, run);
    return isWhole ? { result: { ...outcome.result, ...(await this.move(tx, run)) } } : outcome;
  }

  async check(reader: Reader, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Rejection[]> {
    const known = await companiesByNumber(reader, rows.map(({ values }) => values.number));
    return rows.flatMap(({ line, values }) => {
      const company = known.get(values.number);
      return [
        ...errorsOf(merged(values, company, run.input.columns)).map((error) => {
          const column = (error.field === undefined ? undefined : columnOf(error.field)) as keyof Row | undefined;
          return rejectionOf(error, { line, column: column ?? null, value: column === undefined ? null : shown(column, values[column]) });
        }),
        ...(company?.status === 'closed' ? [closed(line, values.number)] : []),
      ];
    });
  }

  /** A row that is refused does not register, nor move away, what others count on; so again, until nothing more is refused. */
  private async checkPlaces(tx: Tx, run: ImportRun): Promise<ChunkOutcome> {
    for (let refused = 1; refused > 0; ) {
      refused = 0;
      for (const column of placesOf(run)) refused += await refusePlaces(tx, run, column);
    }
    let moves = 0;
    for (const column of placesOf(run)) moves += await countMoves(tx, run, column);
    if (moves > this.movesMax) {
      throw new DomainError('IMPORT_MOVES_TOO_MANY', `The file moves companies ${moves} times; at most ${this.movesMax} moves are taken at once.`, {
        field: 'parent_number',
        remedy: 'Cut the file into several, or import it without its parents and payers first.',
      });
    }
    return {};
  }

  /** By the rules of a single move, and of a company that is registered by hand. */
  private async move(tx: Tx, run: ImportRun): Promise<Record<string, number>> {
    if (await this.isRefusedWhole(tx, run)) return {};
    const { by, at } = await startOf(tx, run);
    await lockHierarchy(tx);
    const moves = await wantedMoves(tx, run, placesOf(run));
    if (moves.length === 0) return { moved: 0 };
    const ids = [...new Set(moves.flatMap(({ companyId, targetId }) => (targetId === null ? [companyId] : [companyId, targetId])))];
    await lockCompaniesById(tx, ids);
    const closedSince = await closedAmong(tx, ids);
    if (closedSince !== undefined) throw companyClosed('number', closedSince);
    const [against] = (await this.checks.all(tx, moves.flatMap(({ companyId, kind, targetId }) => (targetId === null ? [] : [{ companyId, kind, targetId }])))).values();
    if (against !== undefined) throw against;
    await recordWantedMoves(tx, moves, { by, reason: REASON });
    await showPlaces(tx, [...new Set(moves.map(({ companyId }) => companyId))], at);
    await this.audit.record(
      tx,
      // What was authorised when the import was started is done in the name of who did.
      { subject: by, role: 'billing', issuers: '*' },
      moves.map(({ companyId, kind, targetId, effectiveOn }) => ({
        action: kind === 'parent' ? 'companies.move-company' : 'companies.change-payer',
        subjectType: 'company', subjectId: companyId, reason: REASON,
        change: { [`${kind}Id`]: targetId, ...(effectiveOn !== ALWAYS && { effectiveOn }), runId: run.id },
      })),
    );
    return { moved: moves.length };
  }

  /** By the rules of a single edit. What has become wrong since the check, by an edit in between, fails the run clearly. */
  async apply(tx: Tx, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Record<string, number>> {
    const numbers = rows.map(({ values }) => values.number);
    await lockCompanies(tx, numbers);
    const known = await companiesByNumber(tx, numbers);
    const { by, at } = await startOf(tx, run);
    const companies = rows.map(({ values }): CompanyToWrite => {
      const company = merged(values, known.get(values.number), run.input.columns);
      const [error] = errorsOf(company);
      if (error) throw error;
      return { ...company, profile: checkProfile(company.profile).profile };
    });
    const written = await writeCompanies(tx, companies, { by, reason: REASON, at });
    const added = written.filter(({ isNew }) => isNew).length;
    return { added, changed: written.length - added, unchanged: rows.length - written.length };
  }
}

/** Who started the run, and when. */
function startOf(reader: Reader, run: ImportRun): Promise<{ by: string; at: Date }> {
  return reader.one(`SELECT started_by AS by, coalesce(started_at, created_at) AS at FROM platform.run WHERE id = $1`, [run.id]);
}

/** The columns of places that the file has. */
function placesOf(run: ImportRun): PlaceColumn[] {
  const names = Object.keys(COLUMNS);
  return PLACE_KINDS.filter((kind) => run.input.columns.includes(`${kind}_number`)).map((kind) => ({ kind, position: names.indexOf(`${kind}_number`) + 1 }));
}

/** What the file speaks of, over what is known. Another number has not been checked, whatever was known of the old one. */
function merged(row: Row, known: KnownCompany | undefined, columns: readonly string[]): CompanyToWrite {
  const given = new Set(columns);
  const { number, vat_status: stated, cost_centres: centres, time_zone: zone, parent_number: _parent, payer_number: _payer, ...cells } = row;
  const said = Object.fromEntries(
    Object.entries(cells)
      .filter(([column]) => given.has(column))
      .map(([column, value]) => [fieldOf(column), value]),
  ) as Partial<CompanyProfile>;
  const profile: CompanyProfile = {
    ...(known?.profile ?? (EMPTY_PROFILE as unknown as CompanyProfile)),
    ...said,
    timeZone: zone as TimeZone,
    paymentTermsKind: (given.has('payment_terms_kind') ? row.payment_terms_kind : known?.profile.paymentTermsKind) ?? 'net',
    ...(given.has('cost_centres') && { costCentres: centres === null ? [] : centres.split('|') }),
  };
  const spelled = checkProfile(profile).profile;
  const sameNumber = known !== undefined && known.profile.taxId === spelled.taxId && known.profile.country === spelled.country;
  const vatStatus = given.has('vat_status') ? (stated ?? 'unchecked') : sameNumber ? known.vatStatus : 'unchecked';
  return { number, profile, vatStatus };
}

function errorsOf({ profile, vatStatus }: CompanyToWrite): DomainError[] {
  const { errors } = checkProfile(profile);
  try {
    refuseStatusWithoutNumber(vatStatus, profile.taxId);
    return errors;
  } catch (error) {
    if (isDomainError(error)) return [...errors, error];
    throw error;
  }
}

function fieldOf(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A whole IBAN is not repeated in a list of mistakes. */
function shown(column: keyof Row, value: unknown): string {
  const text = String(value ?? '');
  return column === 'iban' ? text.trim().slice(-4) : text;
}

function closed(line: number, number: string): Rejection {
  return {
    line,
    column: 'number',
    value: number,
    code: 'COMPANY_CLOSED',
    reason: `The company ${number} is closed.`,
    remedy: 'Remove the line, or use the number of another company.',
  };
}
