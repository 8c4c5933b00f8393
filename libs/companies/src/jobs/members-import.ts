// The import of members: rows are judged and written in SQL, in large chunks; a complete list also says who has left.
import { Injectable } from '@nestjs/common';
import { event, MembersImported } from '@countinghouse/contracts';
import { CompanyId, LocalDate } from '@countinghouse/kernel';
import { AppClock, ChunkOutcome, ImportChunk, ImportColumns, ImportKind, ImportRun, ImportStep, Outbox, StagedImport, Tx } from '@countinghouse/platform';
import { isOverLimit } from '../domain/removal-limit';
import { dependantsOfFileLeave, leave, OPTIONAL_COLUMNS, People, stagedPeople, StagedPeople, writePeople } from '../persistence/member.queries';
import {
  companiesNamed, compareSnapshot, judge, lockCompaniesOfChunk, missingMembers, refuseDependants, refusedRows, Snapshot,
} from '../persistence/members-import.queries';

/** In this order the SQL reads the cells of a staged row. */
const COLUMNS = {
  company_number: { type: 'text', required: true, max: 40 },
  employee_id: { type: 'text', required: true, max: 60 },
  name: { type: 'text', required: true },
  email: { type: 'email' },
  cost_centre: { type: 'text', max: 60 },
  eligible_from: { type: 'date', required: true },
  left_on: { type: 'date' },
  dependant_of: { type: 'text', max: 60 },
} as const satisfies ImportColumns;

export const MEMBERS_IMPORT = 'companies.members';
export const MEMBER_COLUMNS = Object.keys(COLUMNS);

/** Rows that one statement judges or writes. */
const CHUNK_ROWS = 50_000;

/** What is known of a file of members beside its bytes. */
export interface MembersImportOptions {
  /** The company that the file is for; null when its rows name their companies, which only a delta may do. */
  readonly companyId: CompanyId | null;
  /** A delta leaves people alone whom it does not name; a snapshot is the list of everybody. */
  readonly content: 'delta' | 'snapshot';
  /** The day on which the file is true; null: on which it was sent, each company in its own zone. A snapshot has one. */
  readonly asOf: LocalDate | null;
  /** When it was sent. */
  readonly at: string;
  /** Whether the run waits, once its rows are checked, until somebody has looked at what it would do. */
  readonly review: boolean;
  /** A snapshot that would remove more than this share of the people waits in any case. */
  readonly removalLimitPercent: number;
}

@Injectable()
@ImportKind({ kind: MEMBERS_IMPORT, queue: 'companies', columns: COLUMNS, key: ['company_number', 'employee_id'] })
export class MembersImport extends StagedImport {
  constructor(
    private readonly outbox: Outbox,
    private readonly clock: AppClock,
  ) {
    super();
  }

  override prepare(given: unknown): MembersImportOptions {
    const at = new Date(this.clock.now()).toISOString();
    return { companyId: null, content: 'delta', asOf: null, review: false, removalLimitPercent: 0, ...(given as Partial<MembersImportOptions> | undefined), at };
  }

  protected steps(run: ImportRun): ImportStep[] {
    const { rows, mode, columns } = run.input;
    const hasDependants = columns.includes('dependant_of');
    const { content } = optionsOf(run);
    if (rows === 0 && content === 'delta') return [];
    const apply = (step: string): ImportStep => (mode === 'allOrNothing' ? { step } : { step, chunkRows: CHUNK_ROWS });
    return [
      { step: 'check-companies' },
      { step: 'check', chunkRows: CHUNK_ROWS },
      ...(hasDependants ? [{ step: 'check-dependants' }] : []),
      { step: 'review' },
      apply('apply'),
      ...(hasDependants ? [{ step: 'apply-dependants' }] : []),
      ...(content === 'snapshot' ? [{ step: 'remove' }] : []),
    ];
  }

  protected async processStep(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    // The planner takes rows that have just been staged for one, and a table without statistics for a small one. Every
    // join here has its index, so by index the work grows with the file and with nothing else.
    await tx.execute('SET LOCAL enable_seqscan = off');
    switch (chunk.step) {
      case 'check-companies':
        return { result: { ...(await companiesNamed(tx, run)) } };
      case 'check':
        return this.check(tx, chunk, run);
      case 'check-dependants':
        await refuseDependants(tx, run);
        return {};
      case 'review':
        return this.review(tx, run);
      case 'apply':
        return this.apply(tx, chunk, run);
      case 'apply-dependants':
        return this.applyDependants(tx, chunk, run);
      case 'remove':
        return this.remove(tx, run);
      default:
        throw new Error(`an import of members has no step ${chunk.step}`);
    }
  }

  override async completed(tx: Tx, run: ImportRun): Promise<void> {
    const count = (name: string) => Number(run.result[name] ?? 0);
    const left = count('left') + count('removed');
    if (count('added') + count('changed') + left === 0) return;
    const companies = count('companies') - count('companiesRefused');
    await this.outbox.append(tx, [event(MembersImported, { runId: run.id, companies, added: count('added'), changed: count('changed'), left })]);
  }

  /** What the rows would change is looked up only when somebody, or the guard, wants to know. */
  private async check(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    const { content, review } = optionsOf(run);
    if (content === 'snapshot' || review) return { result: { ...(await judge(tx, people(run, chunk, 'everybody'))) } };
    const suspicious = run.input.columns.includes('left_on') || Number(run.result['companiesRefused']) > 0;
    if (suspicious) await judge(tx, people(run, chunk, 'suspects'));
    return {};
  }

  /** The last look before anything is written: at what a complete list would take away, and at what nobody could read. */
  private async review(tx: Tx, run: ImportRun): Promise<ChunkOutcome> {
    const { content, review, removalLimitPercent } = optionsOf(run);
    const toRefuse = await refusedRows(tx, run);
    if (content === 'delta') return { result: { toRefuse }, hold: review };
    const { present, missing, nameless } = await compareSnapshot(tx, snapshotOf(run), run);
    const leaving = missing + Number(run.result['toLeave'] ?? 0);
    const isTooMany = isOverLimit({ present, leaving, limitPercent: removalLimitPercent });
    const guarded = missing > 0 && (isTooMany || nameless > 0);
    return { result: { toRefuse, toRemove: missing, present, nameless, guarded: guarded ? 1 : 0 }, hold: review || guarded };
  }

  /** Members of a company change under the lock of its row, so that two imports of it take turns and lose nothing. */
  private async apply(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    const rows = chunk.lastRow - chunk.firstRow + 1;
    if (await this.isRefusedWhole(tx, run)) return { result: { imported: 0, refused: rows } };
    await lockCompaniesOfChunk(tx, run, chunk);
    const refused = await refusedRows(tx, run, chunk);
    const imported = rows - refused;
    const who = run.input.columns.includes('dependant_of') ? 'employees' : 'everybody';
    const written = await writePeople(tx, people(run, chunk, who, imported), { type: 'run', id: run.id });
    return { result: { imported, refused, ...written, unchanged: imported - written.added - written.changed } };
  }

  /** After all employees, since theirs may be the last row of the file. */
  private async applyDependants(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    if (await this.isRefusedWhole(tx, run)) return {};
    await lockCompaniesOfChunk(tx, run, chunk);
    const written = await writePeople(tx, people(run, chunk, 'dependants'), { type: 'run', id: run.id });
    await dependantsOfFileLeave(tx, run.input.fileId);
    return { result: { ...written, unchanged: -written.added - written.changed } };
  }

  private async remove(tx: Tx, run: ImportRun): Promise<ChunkOutcome> {
    if (await this.isRefusedWhole(tx, run)) return {};
    const snapshot = snapshotOf(run);
    await tx.query(`SELECT id FROM companies.company WHERE id = $1 FOR NO KEY UPDATE`, [snapshot.companyId]);
    const missing = await missingMembers(tx, snapshot, run);
    if (missing.length > 0) await leave(tx, missing, snapshot.asOf, { type: 'run', id: run.id });
    return { result: { removed: missing.length } };
  }
}

function optionsOf(run: ImportRun): MembersImportOptions {
  return run.input.options as MembersImportOptions;
}

function snapshotOf(run: ImportRun): Snapshot {
  const { companyId, asOf } = optionsOf(run);
  return { companyId: companyId!, asOf: asOf!, namesDependants: run.input.columns.includes('dependant_of') };
}

function people(run: ImportRun, { firstRow, lastRow }: ImportChunk, who: StagedPeople['who'], count = Number.NaN): People {
  const areNew = Number(run.result['companiesPeopled']) === 0;
  const { asOf, at, content } = optionsOf(run);
  const given = new Set(OPTIONAL_COLUMNS.filter((column) => run.input.columns.includes(column)));
  const staged = stagedPeople({ fileId: run.input.fileId, runId: run.id, firstRow, lastRow, who, asOf, at });
  const hasDependants = who === 'dependants';
  return { ...staged, count, areNew, hasDependants, given, isSnapshot: content === 'snapshot' };
}
