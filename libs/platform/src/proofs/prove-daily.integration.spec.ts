// Proofs are run by themselves, and what they said last can be scraped and raises an alarm.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { TestClock } from '../clock/test-clock';
import { platformPersistence } from '../persistence/platform.manifest';
import { Metrics } from '../telemetry/metrics';
import { ProofResult, Proofs } from './proof';
import { ProveDaily } from './prove-daily';

const HOUR_MS = 3_600_000;

class Told extends Proofs {
  readonly asked: string[] = [];
  readonly results: Record<string, ProofResult> = { 'entries-balance': { ok: true, detail: 'all' }, receivables: { ok: true, detail: 'agree' } };

  constructor() {
    super(undefined as never);
  }

  override names(): string[] {
    return Object.keys(this.results);
  }

  override one(_reader: unknown, name: string): Promise<ProofResult> {
    this.asked.push(name);
    const result = this.results[name]!;
    return result.detail === 'timeout' ? Promise.reject(new Error('canceling statement due to statement timeout')) : Promise.resolve(result);
  }
}

describe('proofs that are run by themselves', () => {
  let test: TestDatabase;
  let clock: TestClock;
  let proofs: Told;
  let daily: ProveDaily;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    test = await createTestDatabase([platformPersistence]);
    clock = new TestClock(Date.parse('2026-02-10T12:00:00Z'));
    proofs = new Told();
    daily = new ProveDaily(test.database, clock, proofs);
  });
  afterEach(() => test.drop());

  const tick = async (): Promise<string[]> => {
    proofs.asked.length = 0;
    while ((await daily.proveDue()) > 0);
    return [...proofs.asked];
  };
  const later = (hours: number) => clock.advanceBy(hours * HOUR_MS);
  const scraped = async () => (await new Metrics(test.database).scrape()).body;

  it('are run once a day, each by itself', async () => {
    expect(await tick()).toEqual(['entries-balance', 'receivables']);
    later(1);
    expect(await tick()).toEqual([]);
    later(23);
    expect(await tick()).toEqual(['entries-balance', 'receivables']);
  });

  it('are run every hour while they fail, and scraped as what they said last', async () => {
    proofs.results['receivables'] = { ok: false, detail: 'PT EUR: open 1, receivables 2' };
    await tick();
    expect(await scraped()).toContain('countinghouse_proof_holds{proof="receivables"} 0');
    expect(await scraped()).toContain('countinghouse_proof_holds{proof="entries-balance"} 1');
    expect(await scraped()).toMatch(/countinghouse_proof_age_seconds\{proof="receivables"\} \d+/);
    proofs.results['receivables'] = { ok: true, detail: 'agree' };
    later(1);
    expect(await tick()).toEqual(['receivables']);
    expect(await scraped()).toContain('countinghouse_proof_holds{proof="receivables"} 1');
  });

  it('count as failed when they cannot be run, and keep no other from being run', async () => {
    proofs.results['entries-balance'] = { ok: true, detail: 'timeout' };
    expect(await tick()).toEqual(['entries-balance', 'receivables']);
    expect(await scraped()).toContain('countinghouse_proof_holds{proof="entries-balance"} 0');
    expect(await test.database.query(`SELECT detail FROM platform.proof_result WHERE NOT ok`)).toEqual([{ detail: 'could not be run: Error: canceling statement due to statement timeout' }]);
  });

  it('are forgotten when there is no such proof any more', async () => {
    await tick();
    delete proofs.results['entries-balance'];
    later(24);
    await tick();
    expect(await scraped()).not.toContain('entries-balance');
  });

  it('raise alarms by the names that are scraped', async () => {
    await tick();
    const rules = readFileSync(join(__dirname, '../../../../deploy/prometheus/countinghouse.rules.yml'), 'utf8');
    const body = await scraped();
    const named = [...new Set(rules.match(/countinghouse_[a-z_]+/g))];
    expect(named).toEqual(expect.arrayContaining(['countinghouse_proof_holds', 'countinghouse_proof_age_seconds']));
    for (const name of named) expect(body).toContain(`# TYPE ${name} `);
  });
});
