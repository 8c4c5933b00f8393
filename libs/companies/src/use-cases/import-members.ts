// Imports the people of one company from its file: as the company writes it, looked at before it counts, and guarded.
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { CompanyId, DomainError, LocalDate, localDateIn, RunId } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, authoriseForAllIssuers, Database, ImportMode, Imports, Run, Runs, Tx } from '@countinghouse/platform';
import { checkMapping, ColumnMapping } from '../domain/column-mapping';
import { REMOVAL_LIMIT_PERCENT } from '../domain/removal-limit';
import { MEMBER_COLUMNS, MEMBERS_IMPORT, MembersImportOptions } from '../jobs/members-import';
import { activeMembersImport, importSettings, ImportSettings, saveImportSettings } from '../persistence/import-settings.queries';

export interface ImportMembersInput {
  readonly companyId: CompanyId;
  readonly fileName: string;
  readonly source: Readable;
  /** A delta leaves people alone whom it does not name; a snapshot names everybody, and who is missing leaves. */
  readonly content: 'delta' | 'snapshot';
  /** The day on which the file is true; today in the company's zone unless told. */
  readonly asOf?: LocalDate;
  /** Wait for approval once the rows are checked; a snapshot that removes too many waits in any case. Default true. */
  readonly review?: boolean;
  /** Names of the file for our columns; kept for the company's next files. Without it the kept ones are used. */
  readonly mapping?: ColumnMapping;
  readonly mode?: ImportMode;
  readonly again?: boolean;
}

@Injectable()
export class ImportMembers {
  constructor(
    private readonly database: Database,
    private readonly imports: Imports,
    private readonly runs: Runs,
    private readonly audit: Audit,
    private readonly clock: AppClock,
  ) {}

  /**
   * Stages the file and starts its run. The same file for the same company gives the run there is; another while that
   * one has not ended is refused.
   * @throws ImportFileUnreadable
   * @throws DomainError FORBIDDEN, COMPANY_UNKNOWN, COMPANY_CLOSED, COLUMN_MAPPING_INVALID, MEMBERS_IMPORT_UNDER_WAY
   */
  async start(input: ImportMembersInput, actor: Actor): Promise<Run> {
    const { companyId, content, review = true } = input;
    try {
      authorise(actor, 'billing');
      const settings = await this.settingsOf(companyId);
      const mapping = input.mapping === undefined ? settings.mapping : checkMapping(input.mapping, MEMBER_COLUMNS);
      const asOf = input.asOf ?? localDateIn(settings.timeZone, this.clock.now());
      const removalLimitPercent = settings.removalLimitPercent ?? REMOVAL_LIMIT_PERCENT;
      const options: Omit<MembersImportOptions, 'at'> = { companyId, content, asOf, review, removalLimitPercent };
      return await this.imports.start(
        {
          kind: MEMBERS_IMPORT,
          fileName: input.fileName,
          source: input.source,
          ...(input.mode && { mode: input.mode }),
          ...(input.again !== undefined && { again: input.again }),
          beside: { mapping, fixed: { company_number: settings.number }, scope: `${companyId} ${content}`, options },
          guard: async (tx) => {
            await refuseSecond(tx, settings);
            if (input.mapping !== undefined) await this.keep(tx, companyId, { mapping }, actor);
          },
        },
        actor,
      );
    } catch (error) {
      input.source.destroy();
      throw error;
    }
  }

  /**
   * Approves of what the run would do, and lets it go on.
   * @param acceptRemovals says that the people whom a snapshot does not name shall leave though they are many
   * @throws DomainError FORBIDDEN, RUN_NOT_FOUND, RUN_STATE_FORBIDS, SNAPSHOT_REMOVES_TOO_MANY
   */
  async confirm(runId: RunId, acceptRemovals: boolean, actor: Actor, reason?: string): Promise<Run> {
    authoriseForAllIssuers(actor, 'billing');
    return this.database.transaction(async (tx) => {
      const run = await this.runs.get(tx, runId);
      if (run.kind !== MEMBERS_IMPORT) throw new DomainError('RUN_NOT_FOUND', 'there is no such import of members', { field: 'runId', value: runId });
      if (run.result['guarded'] === '1' && !acceptRemovals) throw tooMany(run);
      return this.runs.approve(tx, runId, actor, reason);
    });
  }

  /**
   * What is not given stays as it is. Gives the limit that now holds, null for the usual one.
   * @throws DomainError FORBIDDEN, COMPANY_UNKNOWN, COLUMN_MAPPING_INVALID, REMOVAL_LIMIT_INVALID
   */
  async saveSettings(companyId: CompanyId, given: { mapping?: ColumnMapping; removalLimitPercent?: number | null }, actor: Actor): Promise<number | null> {
    authorise(actor, 'billing');
    const { removalLimitPercent } = given;
    if (removalLimitPercent != null && !(Number.isInteger(removalLimitPercent) && removalLimitPercent >= 0 && removalLimitPercent <= 100)) {
      throw new DomainError('REMOVAL_LIMIT_INVALID', `${removalLimitPercent} is not a whole number from 0 to 100.`, {
        field: 'removalLimitPercent',
        value: String(removalLimitPercent),
        remedy: 'Give a share in percent, or null for the usual one.',
      });
    }
    const mapping = given.mapping === undefined ? undefined : checkMapping(given.mapping, MEMBER_COLUMNS);
    await this.settingsOf(companyId);
    await this.database.transaction((tx) => this.keep(tx, companyId, { mapping, removalLimitPercent }, actor));
    return (await this.settingsOf(companyId)).removalLimitPercent;
  }

  private async keep(tx: Tx, companyId: CompanyId, settings: { mapping?: ColumnMapping | undefined; removalLimitPercent?: number | null | undefined }, actor: Actor): Promise<void> {
    await saveImportSettings(tx, companyId, settings);
    await this.audit.record(tx, actor, [{ action: 'companies.save-import-settings', subjectType: 'company', subjectId: companyId, change: settings }]);
  }

  private async settingsOf(companyId: CompanyId): Promise<ImportSettings> {
    const settings = await this.database.read((reader) => importSettings(reader, companyId));
    const at = { field: 'companyId', value: companyId };
    if (!settings) throw new DomainError('COMPANY_UNKNOWN', 'There is no such company.', { ...at, remedy: 'Register the company first.' });
    if (settings.status === 'closed') throw new DomainError('COMPANY_CLOSED', `The company ${settings.number} is closed.`, { ...at, remedy: 'Choose another company.' });
    return settings;
  }
}

async function refuseSecond(tx: Tx, { companyId, number }: ImportSettings): Promise<void> {
  const active = await activeMembersImport(tx, MEMBERS_IMPORT, companyId);
  if (!active) return;
  throw new DomainError('MEMBERS_IMPORT_UNDER_WAY', `Another import of the people of ${number} is ${active.state.replace('-', ' ')}.`, {
    field: 'companyId',
    value: companyId,
    remedy: `Wait for the run ${active.id}, or confirm or cancel it.`,
  });
}

function tooMany(run: Run): DomainError {
  const { toRemove, present, nameless } = run.result;
  const why = Number(nameless) > 0 ? `, and ${nameless} of its rows could not be read` : '';
  return new DomainError('SNAPSHOT_REMOVES_TOO_MANY', `The file does not name ${toRemove} of ${present} people${why}.`, {
    field: 'acceptRemovals',
    value: 'false',
    remedy: 'Check that the file is whole. If these people have left, confirm with acceptRemovals; otherwise cancel the import.',
  });
}
