// Proof: every journal entry has all its lines and balances, per currency and in the functional currency.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class EntriesBalance implements Proof {
  readonly name = 'entries-balance';

  async prove(reader: Reader): Promise<ProofResult> {
    const { entries, postings, broken, offenders } = await reader.one<{
      entries: bigint;
      postings: bigint;
      broken: bigint;
      offenders: bigint[] | null;
    }>(`
      WITH per_currency AS (
        SELECT entry_id, count(*) AS lines, sum(amount_minor) AS amount, sum(functional_amount_minor) AS functional
          FROM accounting.posting GROUP BY entry_id, currency
      ), per_entry AS (
        SELECT entry_id, sum(lines) AS lines, bool_and(amount = 0) AND sum(functional) = 0 AS balanced
          FROM per_currency GROUP BY entry_id
      ), checked AS (
        SELECT coalesce(entry.id, per_entry.entry_id) AS id, coalesce(per_entry.lines, 0) AS lines,
               entry.line_count IS NOT DISTINCT FROM per_entry.lines AND per_entry.balanced AS sound
          FROM accounting.journal_entry entry FULL JOIN per_entry ON per_entry.entry_id = entry.id
      )
      SELECT count(*) AS entries, coalesce(sum(lines), 0)::int8 AS postings, count(*) FILTER (WHERE NOT sound) AS broken,
             (array_agg(id ORDER BY id) FILTER (WHERE NOT sound))[1:5] AS offenders
        FROM checked`);
    if (broken === 0n) return { ok: true, detail: `${entries} entries with ${postings} postings balance` };
    return { ok: false, detail: `${broken} of ${entries} entries are unbalanced or not whole, first ${offenders!.join(', ')}` };
  }
}
