// Retention: forgets what is done with and old enough, a bounded batch at a time, by the rules of the contexts that own it.
import { Injectable, Logger, OnApplicationBootstrap, Optional } from '@nestjs/common';
import { DomainError } from '@countinghouse/kernel';
import { Audit } from '../audit/audit';
import { Actor, authoriseForAllIssuers, systemActor } from '../auth/actor';
import { AppClock } from '../clock/clock';
import { Database } from '../database/database';
import { Tx } from '../database/tx';
import { Failure, failureOf } from '../queue/failure';
import { Tick } from '../scheduling/tick';
import { Metrics } from '../telemetry/metrics';
import { RetentionRule, RetentionRules } from './retention-rule';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Rows of one transaction: it locks nothing that anybody waits for, and what a crash undoes is little. */
const BATCH = 2_000;
/** Of one rule in one pass, some seconds' worth, so that a backlog of years does not keep the others waiting. */
const BATCHES = 50;

/** Days by the name of the rule, where the operator wants others than the rule does. */
export class RetentionSettings {
  constructor(readonly days: Readonly<Record<string, number>> = {}) {}
}

/** A rule, and the days that hold here. */
export interface RuleInForce {
  readonly rule: RetentionRule;
  readonly days: number;
}

export interface Forgotten {
  readonly rule: string;
  readonly rows: number;
  /** Whether the pass ended at its bound, with rows left to forget perhaps. */
  readonly more: boolean;
  readonly failure?: Failure;
}

@Injectable()
export class Retention implements OnApplicationBootstrap {
  private readonly logger = new Logger(Retention.name);

  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
    private readonly audit: Audit,
    private readonly rules: RetentionRules,
    private readonly settings: RetentionSettings,
    @Optional() private readonly metrics?: Metrics,
  ) {}

  /** A process does not start with days that cannot hold. */
  onApplicationBootstrap(): void {
    this.inForce();
  }

  /** Every rule with the days that hold here, by name. @throws DomainError RETENTION_RULE_UNKNOWN, RETENTION_TOO_SHORT */
  inForce(): RuleInForce[] {
    const rules = this.rules.all();
    for (const [name, days] of Object.entries(this.settings.days)) {
      const rule = rules.find((each) => each.name === name);
      if (!rule) throw unknownRule(name, rules);
      if (days < rule.leastDays) throw tooShort(rule, days);
    }
    return rules.map((rule) => ({ rule, days: this.settings.days[rule.name] ?? rule.keptDays }));
  }

  @Tick({ queue: 'platform', name: 'platform.retention', everyMs: HOUR_MS })
  async tick(): Promise<number> {
    const passes = await this.run(systemActor('retention'));
    return passes.filter(({ more }) => more).length;
  }

  /**
   * One pass over all rules, or over one: forgets what is old enough, up to a bound. A rule that fails does not keep the
   * others from theirs. Every batch leaves a row in the audit trail.
   * @throws DomainError FORBIDDEN, RETENTION_RULE_UNKNOWN
   */
  async run(actor: Actor, only?: string): Promise<Forgotten[]> {
    authoriseForAllIssuers(actor, 'admin');
    const nowMs = this.clock.now();
    const rules = this.inForce().filter(({ rule }) => only === undefined || rule.name === only);
    if (only !== undefined && rules.length === 0) throw unknownRule(only, this.rules.all());
    const passes: Forgotten[] = [];
    for (const { rule, days } of rules) passes.push(await this.pass(rule, new Date(nowMs - days * DAY_MS), actor));
    return passes;
  }

  private async pass(rule: RetentionRule, before: Date, actor: Actor): Promise<Forgotten> {
    let rows = 0;
    let batches = 0;
    try {
      while (batches < BATCHES) {
        const forgotten = await this.database.transaction((tx) => this.batch(tx, rule, before, actor));
        if (forgotten === 0) break;
        batches++;
        rows += forgotten;
        this.metrics?.observeForgotten(rule.name, forgotten);
      }
      if (rows > 0) this.logger.log({ message: 'retention', rule: rule.name, rows, before: before.toISOString() });
      return { rule: rule.name, rows, more: batches === BATCHES };
    } catch (error) {
      const failure = failureOf(error);
      this.metrics?.observeRetentionFailure(rule.name);
      this.logger.error({ message: 'retention failed', rule: rule.name, rows, ...failure });
      return { rule: rule.name, rows, more: false, failure };
    }
  }

  private async batch(tx: Tx, rule: RetentionRule, before: Date, actor: Actor): Promise<number> {
    const rows = await rule.forget(tx, before, BATCH);
    if (rows > 0) {
      const change = { rows, before: before.toISOString() };
      await this.audit.record(tx, actor, [{ action: 'platform.forget', subjectType: 'retention-rule', subjectId: rule.name, change }]);
    }
    return rows;
  }
}

function unknownRule(name: string, rules: readonly RetentionRule[]): DomainError {
  return new DomainError('RETENTION_RULE_UNKNOWN', `there is no retention rule ${JSON.stringify(name.slice(0, 60))}`, {
    field: 'RETENTION_DAYS',
    value: name.slice(0, 60),
    remedy: `use one of: ${rules.map((rule) => rule.name).join(', ')}`,
  });
}

function tooShort({ name, leastDays }: RetentionRule, days: number): DomainError {
  return new DomainError('RETENTION_TOO_SHORT', `${name} cannot be kept for ${days} days only: the rows would go while they are still needed`, {
    field: 'RETENTION_DAYS',
    value: `${name}=${days}`,
    remedy: `give it ${leastDays} days or more`,
  });
}
