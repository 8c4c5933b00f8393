// What the process counts and measures, in the format of Prometheus.
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Database } from '../database/database';

/** From a request that only looks to a chunk of several thousand invoices, in seconds. */
const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

interface Backlog {
  readonly unrouted: bigint;
  readonly pending: bigint;
  readonly parked: bigint;
  readonly chunks: bigint;
  readonly runs: Record<string, number>;
}

@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly jobs = new Histogram({
    name: 'countinghouse_job_duration_seconds',
    help: 'How long a job took, by queue, name and outcome (done or failed).',
    labelNames: ['queue', 'job', 'outcome'],
    buckets: BUCKETS_S,
    registers: [this.registry],
  });
  private readonly requests = new Histogram({
    name: 'countinghouse_http_request_duration_seconds',
    help: 'How long an HTTP request took, by method, area and status.',
    labelNames: ['method', 'area', 'status'],
    buckets: BUCKETS_S,
    registers: [this.registry],
  });
  private readonly forgotten = new Counter({
    name: 'countinghouse_retention_rows_total',
    help: 'Rows that were forgotten because they were done with and old enough, by retention rule.',
    labelNames: ['rule'],
    registers: [this.registry],
  });
  private readonly retentionFailures = new Counter({
    name: 'countinghouse_retention_failures_total',
    help: 'Passes of a retention rule that failed; the next one is an hour later.',
    labelNames: ['rule'],
    registers: [this.registry],
  });
  private readonly backlog = this.gauge('countinghouse_backlog', 'Work that waits: events, deliveries, chunks; and deliveries given up.', 'what');
  private readonly runs = this.gauge('countinghouse_runs', 'Runs that have not ended, by state.', 'state');

  private readonly proofs = this.gauge('countinghouse_proof_holds', '1 if the proof held when it was last run, 0 if it failed.', 'proof');
  private readonly proofAges = this.gauge('countinghouse_proof_age_seconds', 'How long ago the proof was last run.', 'proof');

  constructor(private readonly database: Database) {
    collectDefaultMetrics({ register: this.registry, prefix: 'countinghouse_' });
  }

  observeJob(queue: string, job: string, outcome: 'done' | 'failed', seconds: number): void {
    this.jobs.observe({ queue, job, outcome }, seconds);
  }

  observeRequest(method: string, area: string, status: number, seconds: number): void {
    this.requests.observe({ method, area, status }, seconds);
  }

  observeForgotten(rule: string, rows: number): void {
    this.forgotten.inc({ rule }, rows);
  }

  observeRetentionFailure(rule: string): void {
    this.retentionFailures.inc({ rule });
  }

  /** What Prometheus scrapes. The backlog is read from the database now; when it does not answer, the rest is still told. */
  async scrape(): Promise<{ contentType: string; body: string }> {
    await this.readBacklog().catch(() => this.backlog.reset());
    await this.readProofs().catch(() => this.proofs.reset());
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  private async readBacklog(): Promise<void> {
    const [row] = await this.database.query<Backlog>(
      `SELECT (SELECT count(*) FROM platform.outbox_event WHERE routed_at IS NULL) AS unrouted,
              (SELECT count(*) FROM platform.delivery WHERE state = 'pending') AS pending,
              (SELECT count(*) FROM platform.delivery WHERE state = 'parked') AS parked,
              (SELECT coalesce(sum(pending), 0) FROM platform.run r
                CROSS JOIN LATERAL (SELECT count(*) AS pending FROM platform.run_chunk c WHERE c.run_id = r.id AND c.state = 'pending') AS left_over
                WHERE r.state IN ('planned', 'running')) AS chunks,
              (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (
                 SELECT state, count(*) AS n FROM platform.run
                  WHERE state IN ('planned', 'running', 'paused', 'awaiting-approval') GROUP BY state) AS active) AS runs`,
    );
    if (!row) return;
    for (const what of ['unrouted', 'pending', 'parked', 'chunks'] as const) this.backlog.set({ what }, Number(row[what]));
    for (const state of ['planned', 'running', 'paused', 'awaiting-approval']) this.runs.set({ state }, row.runs[state] ?? 0);
  }

  private async readProofs(): Promise<void> {
    const results = await this.database.query<{ name: string; ok: boolean; age: number }>(
      'SELECT name, ok, extract(epoch FROM clock_timestamp() - proved_at)::float8 AS age FROM platform.proof_result',
    );
    this.proofs.reset();
    this.proofAges.reset();
    for (const { name, ok, age } of results) {
      this.proofs.set({ proof: name }, ok ? 1 : 0);
      this.proofAges.set({ proof: name }, age);
    }
  }

  private gauge<Label extends string>(name: string, help: string, label: Label): Gauge<Label> {
    return new Gauge({ name, help, labelNames: [label], registers: [this.registry] });
  }
}
