// A stand for specs about people: a database, the use cases and imports over it, and short questions to both.
import { Readable } from 'node:stream';
import { CompanyId, DateRange, dateRange, localDate, LocalDate, MemberId } from '@countinghouse/kernel';
import { Actor, Audit, ImportFileUnreadable, Imports, JobRegistry, newId, Outbox, QueueSettings, Run, RunChunks, Runs, TestClock } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Companies } from '../src/companies.facade';
import type { HeadcountMeasure } from '../src/domain/headcount';
import { ErasureChecks, RecordedEnrolments } from '../src/erasure-checks';
import { MembersImport } from '../src/jobs/members-import';
import { DependantsLeave } from '../src/proofs/dependants-leave.proof';
import { HeadcountLog } from '../src/proofs/headcount-log.proof';
import { AddMember } from '../src/use-cases/add-member';
import { ChangeMember } from '../src/use-cases/change-member';
import { EraseMember } from '../src/use-cases/erase-member';
import { ImportMembers, ImportMembersInput } from '../src/use-cases/import-members';

export const day = (text: string): LocalDate => localDate(text);
export const days = (start: string, end: string): DateRange => dateRange(day(start), day(end));

export class PeopleStand {
  readonly actor: Actor = { subject: 'ana', role: 'accountant', issuers: '*' };
  readonly companies = new Companies();
  readonly clock: TestClock;
  readonly add: AddMember;
  readonly change: ChangeMember;
  readonly erase: EraseMember;
  readonly runs: Runs;
  readonly imports: Imports;
  readonly members: ImportMembers;

  private constructor(
    readonly test: TestDatabase,
    today: string,
    others: readonly object[],
  ) {
    const { database, url } = test;
    const audit = new Audit();
    this.clock = new TestClock(Date.parse(`${today}T12:00:00Z`));
    const registry = JobRegistry.of(new MembersImport(new Outbox(), this.clock), ...others);
    this.runs = new Runs(database, audit, new RunChunks(database, audit, registry, new QueueSettings(url)));
    this.imports = new Imports(database, this.runs, registry);
    this.add = new AddMember(database, audit);
    this.change = new ChangeMember(database, audit, this.clock);
    const discovery = { getProviders: () => [{ metatype: RecordedEnrolments, instance: new RecordedEnrolments() }] };
    this.erase = new EraseMember(database, audit, this.clock, this.imports, new ErasureChecks(discovery as never));
    this.members = new ImportMembers(database, this.imports, this.runs, audit, this.clock);
  }

  /** Besides the import of members there are `others`. */
  static async create(today = '2026-07-01', others: readonly object[] = []): Promise<PeopleStand> {
    return new PeopleStand(await createTestDatabase(), today, others);
  }

  async company(number: string): Promise<CompanyId> {
    const id = newId<CompanyId>();
    await this.execute(
      `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
       VALUES ($1, $2, $2, 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30)`,
      [id, number],
    );
    return id;
  }

  /** Starts the import of a company's file; `drain` works on it up to its end, or to where it waits. */
  start(companyId: CompanyId, lines: readonly string[], options: Partial<ImportMembersInput> = {}): Promise<Run> {
    const source = Readable.from([Buffer.from(lines.join('\n') + '\n')]);
    return this.members.start({ companyId, fileName: 'people.csv', source, content: 'delta', review: false, ...options }, this.actor);
  }

  async import(companyId: CompanyId, lines: readonly string[], options: Partial<ImportMembersInput> = {}): Promise<Run> {
    return this.drained(await this.start(companyId, lines, options));
  }

  /** Up to its end, or to where it waits; a run that fails is told with its error. */
  async drained({ id }: Run): Promise<Run> {
    const run = await this.runs.drain(id);
    if (run.state === 'failed') throw new Error(`run ${run.kind} failed: ${run.error}`);
    return run;
  }

  async confirm(run: Run, acceptRemovals = false): Promise<Run> {
    await this.members.confirm(run.id, acceptRemovals, this.actor);
    return this.drained(run);
  }

  async rejections(run: Run): Promise<[line: number, column: string | null, code: string][]> {
    const rejections = await this.test.database.read((reader) => this.imports.rejections(reader, run.id, { limit: 1_000 }));
    return rejections.map(({ line, column, code }) => [line, column, code]);
  }

  async refusal(file: Promise<unknown>): Promise<string> {
    const error = await file.then(() => undefined, (thrown: unknown) => thrown);
    if (error instanceof ImportFileUnreadable) return error.rejection.code;
    return (error as { code?: string } | undefined)?.code ?? 'nothing';
  }

  async member(companyId: CompanyId, employeeId: string): Promise<MemberId> {
    const [found] = await this.query<{ id: MemberId }>('SELECT id FROM companies.member WHERE company_id = $1 AND employee_id = $2', [companyId, employeeId]);
    return found!.id;
  }

  /** 'employee id: status from..left (cost centre)' of everybody, by employee id. */
  async people(companyId: CompanyId): Promise<string[]> {
    const rows = await this.query<{ text: string }>(
      `SELECT format('%s: %s %s..%s (%s)', employee_id, status, eligible_from, coalesce(left_on::text, ''), coalesce(cost_centre, '')) AS text
         FROM companies.member WHERE company_id = $1 ORDER BY employee_id`,
      [companyId],
    );
    return rows.map(({ text }) => text);
  }

  /** 'day..day count' of the stretches. */
  async headcount(companyId: CompanyId, range: DateRange, measure: HeadcountMeasure = 'eligible', costCentre?: string | null): Promise<string[]> {
    const stretches = await this.test.database.read((reader) => this.companies.headcountStretches(reader, [companyId], range, measure, costCentre));
    return stretches.get(companyId)!.map(({ start, end, count }) => `${start}..${end} ${count}`);
  }

  async proofs(): Promise<{ ok: boolean; detail: string }[]> {
    return this.test.database.read(async (reader) => [await new HeadcountLog(this.clock).prove(reader), await new DependantsLeave().prove(reader)]);
  }

  async failedProofs(): Promise<string[]> {
    return (await this.proofs()).filter(({ ok }) => !ok).map(({ detail }) => detail);
  }

  execute(sql: string, params: unknown[] = []): Promise<number> {
    return this.test.database.transaction((tx) => tx.execute(sql, params));
  }

  query<Row extends object>(sql: string, params: unknown[] = []): Promise<Row[]> {
    return this.test.database.query<Row>(sql, params);
  }
}
