// Close checks: what each context says must be done before an accounting period of an issuer can be closed.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { contributionsByName } from '../contributions';
import { IssuerId, LocalDate } from '@countinghouse/kernel';
import { Reader } from '../database/tx';

/** The accounting month in question, `[start, end)`. */
export interface ClosingPeriod {
  readonly issuerId: IssuerId;
  readonly start: LocalDate;
  readonly end: LocalDate;
  /**
   * When its close began; null while the period is still open. From then on only closing work goes into it, so what the
   * business does later cannot concern it any more. As ISO text, to the microsecond.
   */
  readonly closingSince: string | null;
}

/** What stands in the way of the close. */
export interface CloseObstacle {
  /** What there is, in figures, and the first offenders. */
  readonly detail: string;
  /** What to do about it, as a sentence. */
  readonly remedy: string;
}

export interface CloseCheck {
  /** Stable name: 'unallocated-receipts'. */
  readonly name: string;
  /** One set-based query; null when nothing stands in the way. */
  check(reader: Reader, period: ClosingPeriod): Promise<CloseObstacle | null>;
}

/** A line of the checklist. */
export interface CloseCheckResult {
  readonly name: string;
  readonly obstacle: CloseObstacle | null;
}

export const CLOSE_CHECK_PROVIDER = Symbol('close-check-provider');

/** Marks a provider that implements CloseCheck; the context that knows contributes its check. */
export const CloseCheckProvider = (): ClassDecorator => SetMetadata(CLOSE_CHECK_PROVIDER, true);

@Injectable()
export class CloseChecks {
  constructor(private readonly discovery: DiscoveryService) {}

  /** The whole checklist, one check after the other, ordered by name. */
  async all(reader: Reader, period: ClosingPeriod): Promise<CloseCheckResult[]> {
    const results: CloseCheckResult[] = [];
    for (const check of this.providers()) results.push({ name: check.name, obstacle: await check.check(reader, period) });
    return results;
  }

  private providers(): CloseCheck[] {
    return contributionsByName<CloseCheck>(this.discovery, CLOSE_CHECK_PROVIDER);
  }
}
