// Close check: money that came in during the period, or before it, has found its invoice.
import { Injectable } from '@nestjs/common';
import { Money } from '@countinghouse/kernel';
import { CloseCheck, CloseCheckProvider, CloseObstacle, ClosingPeriod, Reader } from '@countinghouse/platform';

@Injectable()
@CloseCheckProvider()
export class UnallocatedReceipts implements CloseCheck {
  readonly name = 'unallocated-receipts';

  /** Unapplied at the end of the period and still so now: what was allocated since then stands in nobody's way. */
  async check(reader: Reader, { issuerId, end }: ClosingPeriod): Promise<CloseObstacle | null> {
    const unallocated = await reader.query<{ currency: string; receipts: bigint; minor: bigint; first: string }>(
      `SELECT item.currency, count(*) AS receipts, -sum(now.minor)::bigint AS minor, min(item.document_type || ' ' || item.document_id) AS first
         FROM accounting.account
         JOIN accounting.open_item_as_of($1, $2::date - 1) item ON item.account_id = account.id
        CROSS JOIN LATERAL (
              SELECT coalesce(sum(line.amount_minor), 0) AS minor FROM accounting.posting line
               WHERE line.document_id = item.document_id AND line.account_id = item.account_id AND line.currency = item.currency) now
        WHERE account.issuer_id = $1 AND account.role = 'unapplied-cash' AND item.amount_minor <> 0 AND now.minor <> 0
        GROUP BY item.currency ORDER BY item.currency`,
      [issuerId, end],
    );
    if (unallocated.length === 0) return null;
    return {
      detail: unallocated
        .map(({ currency, receipts, minor, first }) => `${receipts} receipts with ${Money.of(minor, currency)} are not allocated, first ${first}`)
        .join('; '),
      remedy: 'Allocate each receipt to what it pays, or refund it.',
    };
  }
}
