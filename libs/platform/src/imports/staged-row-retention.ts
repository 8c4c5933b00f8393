// Retention of staged rows: those of imports that failed or were cancelled hold people's data that nothing will come of.
import { Injectable } from '@nestjs/common';
import { Tx } from '../database/tx';
import { RetentionRule, RetentionRuleProvider } from '../retention/retention-rule';
import { deleteStagedRows, lockFileThatCameToNothing } from './import.queries';

/**
 * A failed import can be resumed until then; after that it refuses to go on, because without its rows a list would count as
 * empty (see StagedImport). The run is locked meanwhile, so that nobody resumes it in the middle.
 */
@Injectable()
@RetentionRuleProvider()
export class StagedRowRetention implements RetentionRule {
  readonly name = 'platform.staged-rows';
  readonly what = 'rows of files whose import has failed or was cancelled; a failed one cannot be resumed any more';
  readonly keptDays = 30;
  readonly leastDays = 1;

  async forget(tx: Tx, before: Date, limit: number): Promise<number> {
    const fileId = await lockFileThatCameToNothing(tx, before);
    return fileId === undefined ? 0 : deleteStagedRows(tx, fileId, limit);
  }
}
