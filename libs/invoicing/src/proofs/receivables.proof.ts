// Proof: what is open on the invoices is what the ledger says we are owed, for every issuer and currency.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class ReceivablesAgree implements Proof {
  readonly name = 'receivables';

  async prove(reader: Reader): Promise<ProofResult> {
    const { pairs, detail, ok } = await reader.one<{ pairs: bigint; detail: string | null; ok: boolean }>(`
      WITH open AS (
        SELECT issuer_id, currency, sum(open_minor) AS amount FROM invoicing.invoice
         WHERE document_type = 'invoice' AND state IN ('finalised', 'uncollectible') GROUP BY 1, 2
      ), booked AS (
        SELECT issuer_id, currency, sum(balance_minor) AS amount FROM accounting.account_balance
         WHERE account_role = 'receivables' GROUP BY 1, 2
      ), compared AS (
        SELECT i.code, currency, coalesce(open.amount, 0) AS open, coalesce(booked.amount, 0) AS booked
          FROM open FULL JOIN booked USING (issuer_id, currency) JOIN platform.issuer i ON i.id = issuer_id
      )
      SELECT count(*) AS pairs, coalesce(bool_and(open = booked), true) AS ok,
             string_agg(code || ' ' || currency || ': open ' || open || ', receivables ' || booked, '; ' ORDER BY open = booked, code, currency)
               AS detail
        FROM compared`);
    return { ok, detail: detail ?? `nothing is open and nothing is booked (${pairs} issuers and currencies)` };
  }
}
