// Proof: every entry made by hand was asked for by one person and approved by another, and says what was approved.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class ManualEntries implements Proof {
  readonly name = 'manual-entries';

  async prove(reader: Reader): Promise<ProofResult> {
    const { entries, broken, offenders } = await reader.one<{ entries: bigint; broken: bigint; offenders: string[] | null }>(`
      WITH approved AS (
        SELECT id, entry_id, kind, reverses, lines FROM accounting.manual_entry WHERE state = 'approved' AND decided_by <> requested_by
      ), posted AS (
        SELECT entry.id AS entry_id, entry.kind, entry.reverses, jsonb_agg(jsonb_build_object('accountId', line.account_id,
                 'amountMinor', line.amount_minor, 'functionalAmountMinor', line.functional_amount_minor, 'rate', line.rate) ORDER BY line.line_no) AS lines
          FROM accounting.journal_entry entry JOIN accounting.posting line ON line.entry_id = entry.id
         WHERE entry.source_type = 'manual-entry' OR entry.kind IN ('manual-entry', 'reversal') GROUP BY entry.id
      ), compared AS (
        SELECT coalesce('entry ' || posted.entry_id, 'request ' || approved.id) AS what,
               (approved.kind, approved.reverses, approved.lines) IS NOT DISTINCT FROM (posted.kind, posted.reverses, posted.lines) AS agrees
          FROM approved FULL JOIN posted USING (entry_id)
      )
      SELECT count(*) AS entries, count(*) FILTER (WHERE NOT agrees) AS broken,
             (array_agg(what ORDER BY what) FILTER (WHERE NOT agrees))[1:5] AS offenders FROM compared`);
    if (broken === 0n) return { ok: true, detail: `${entries} entries made by hand are as they were approved` };
    return { ok: false, detail: `${broken} of ${entries} differ from what was approved, first ${offenders!.join(', ')}` };
  }
}
