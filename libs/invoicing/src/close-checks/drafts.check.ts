// Close check: no draft waits to be finalised for service that began in the period or before it.
import { Injectable } from '@nestjs/common';
import { CloseCheck, CloseCheckProvider, CloseObstacle, ClosingPeriod, Reader } from '@countinghouse/platform';

@Injectable()
@CloseCheckProvider()
export class Drafts implements CloseCheck {
  readonly name = 'drafts';

  async check(reader: Reader, { issuerId, end }: ClosingPeriod): Promise<CloseObstacle | null> {
    const { drafts, first } = await reader.one<{ drafts: bigint; first: string | null }>(
      `SELECT count(*) AS drafts, (array_agg(invoice.id ORDER BY invoice.id))[1]::text AS first
         FROM invoicing.invoice
        WHERE invoice.issuer_id = $1 AND invoice.state = 'draft'
          AND EXISTS (SELECT FROM invoicing.invoice_line line WHERE line.invoice_id = invoice.id AND line.service_start < $2)`,
      [issuerId, end],
    );
    if (drafts === 0n) return null;
    return { detail: `${drafts} drafts are neither finalised nor discarded, first ${first}`, remedy: 'Finalise each draft, or discard it.' };
  }
}
