// Move checks: what each context says stands in the way of moving a company under another or to another payer, along the arrows.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { CompanyId, DomainError } from '@countinghouse/kernel';
import { contributionsByName, type Reader } from '@countinghouse/platform';
import type { PlaceKind } from '../persistence/hierarchy.queries';

/** A company that is to stand under another, or to be paid for by it. */
export interface AskedMove {
  readonly companyId: CompanyId;
  readonly kind: PlaceKind;
  readonly targetId: CompanyId;
}

export interface CompanyMoveCheck {
  /** Stable name: 'one-clock'. */
  readonly name: string;
  /** A constant number of queries over all the moves; companies that nothing is said of may move. The change of the hierarchy is locked. */
  check(reader: Reader, moves: readonly AskedMove[]): Promise<ReadonlyMap<CompanyId, DomainError>>;
}

const COMPANY_MOVE_CHECK = Symbol('company-move-check');

/** Marks a provider that implements CompanyMoveCheck; the context that knows contributes its check. */
export const CompanyMoveCheckProvider = (): ClassDecorator => SetMetadata(COMPANY_MOVE_CHECK, true);

@Injectable()
export class CompanyMoveChecks {
  constructor(private readonly discovery: DiscoveryService) {}

  /** Why companies cannot be moved: by company the first reason, the checks ordered by name. */
  async all(reader: Reader, moves: readonly AskedMove[]): Promise<Map<CompanyId, DomainError>> {
    const against = new Map<CompanyId, DomainError>();
    if (moves.length === 0) return against;
    for (const check of this.providers()) {
      for (const [companyId, error] of await check.check(reader, moves)) if (!against.has(companyId)) against.set(companyId, error);
    }
    return against;
  }

  private providers(): CompanyMoveCheck[] {
    return contributionsByName<CompanyMoveCheck>(this.discovery, COMPANY_MOVE_CHECK);
  }
}
