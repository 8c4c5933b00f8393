// How a context says what of its rows is done with, and how long it is kept all the same.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { contributionsByName } from '../contributions';
import { Tx } from '../database/tx';

/**
 * Rows that nobody needs any more after a while, because what they were for is done. What waits, was parked or has failed is
 * never among them, however old it is; nor is anything that the law wants kept. Where rows have kept something from being
 * done twice, the rule says what does so after them, and the database refuses to forget them earlier than `leastDays`.
 */
export interface RetentionRule {
  /** Stable name: '<context>.<what goes>'. The operator configures by it. */
  readonly name: string;
  /** What goes, and what stays: half a sentence for the operator. */
  readonly what: string;
  /** Days from the moment at which a row was done with. */
  readonly keptDays: number;
  /** Nobody may configure fewer. */
  readonly leastDays: number;
  /**
   * Forgets up to `limit` rows that were done with before an instant, the oldest first and by an index; how many, 0 when
   * none is left. Another may be at it at the same time: rows that it has are passed over.
   */
  forget(tx: Tx, before: Date, limit: number): Promise<number>;
}

const RETENTION_RULE = Symbol('retention-rule');

/** Marks a provider that implements RetentionRule; the context that owns the table contributes it. */
export const RetentionRuleProvider = (): ClassDecorator => SetMetadata(RETENTION_RULE, true);

@Injectable()
export class RetentionRules {
  constructor(private readonly discovery: DiscoveryService) {}

  /** Every context's rules, ordered by name. */
  all(): RetentionRule[] {
    return contributionsByName<RetentionRule>(this.discovery, RETENTION_RULE);
  }
}
