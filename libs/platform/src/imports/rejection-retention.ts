// Retention of rejections: the words about refused rows repeat what stood in a file, people's data too, and are blanked after a while.
import { Injectable } from '@nestjs/common';
import { Tx } from '../database/tx';
import { RetentionRule, RetentionRuleProvider } from '../retention/retention-rule';
import { blankRejections } from './forget.queries';

@Injectable()
@RetentionRuleProvider()
export class RejectionRetention implements RetentionRule {
  readonly name = 'platform.rejections';
  readonly what = 'what stood in refused rows of imports; line, column and code stay';
  /** Long enough to mend a file and to answer questions about it. */
  readonly keptDays = 90;
  readonly leastDays = 1;

  forget(tx: Tx, before: Date, limit: number): Promise<number> {
    return blankRejections(tx, before, limit);
  }
}
