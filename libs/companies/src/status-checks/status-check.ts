// Status checks: what each context says stands in the way of suspending or closing a company, along the arrows.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { CompanyId } from '@countinghouse/kernel';
import { contributionsByName, type Reader } from '@countinghouse/platform';

/** The moves that something can stand in the way of. */
export type CheckedMove = 'suspend' | 'close';

export interface CompanyObstacle {
  readonly companyId: CompanyId;
  /** refuses: it cannot be done. warns: it is done, and whoever does it is told. */
  readonly severity: 'refuses' | 'warns';
  /** What there is, in figures: '3 invoices are open.' Whoever asks may not see every issuer's books. */
  readonly detail: string;
  /** What to do about it, as a sentence. */
  readonly remedy: string;
}

export interface CompanyStatusCheck {
  /** Stable name: 'open-invoices'. */
  readonly name: string;
  /** One set-based query over all the companies; those that nothing is said of may move. `at` is the time of the move. */
  check(reader: Reader, companyIds: readonly CompanyId[], move: CheckedMove, at: Date): Promise<CompanyObstacle[]>;
}

const COMPANY_STATUS_CHECK = Symbol('company-status-check');

/** Marks a provider that implements CompanyStatusCheck; the context that knows contributes its check. */
export const CompanyStatusCheckProvider = (): ClassDecorator => SetMetadata(COMPANY_STATUS_CHECK, true);

@Injectable()
export class CompanyStatusChecks {
  constructor(private readonly discovery: DiscoveryService) {}

  /** What all checks say, by company; the checks one after the other, ordered by name. */
  async all(reader: Reader, companyIds: readonly CompanyId[], move: CheckedMove, at: Date): Promise<Map<CompanyId, CompanyObstacle[]>> {
    const said = new Map<CompanyId, CompanyObstacle[]>();
    for (const check of this.providers()) {
      for (const obstacle of await check.check(reader, companyIds, move, at)) {
        said.set(obstacle.companyId, [...(said.get(obstacle.companyId) ?? []), obstacle]);
      }
    }
    return said;
  }

  private providers(): CompanyStatusCheck[] {
    return contributionsByName<CompanyStatusCheck>(this.discovery, COMPANY_STATUS_CHECK);
  }
}
