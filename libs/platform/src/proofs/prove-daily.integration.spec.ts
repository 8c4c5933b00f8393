// Proofs are run by themselves, and what they said last can be scraped and raises an alarm.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { TestClock } from '../clock/test-clock';
import { Reader } from '../database/tx';
import { platformPersistence } from '../persistence/platform.manifest';
import { Metrics } from '../telemetry/metrics';
import { Proof, ProofProvider, ProofResult, Proofs } from './proof';
import { ProveDaily } from './prove-daily';

const HOUR_MS = 3_600_000;

/** A proof that says what it is told to say, or what a statement of its own says. */
@ProofProvider()
class Told implements Proof {
  static readonly asked: string[] = [];
  statement = 'SELECT 1';

  constructor(
    readonly name: string,
    public ok: boolean,
  ) {}

  async prove(reader: Reader): Promise<ProofResult> {
    Told.asked.push(this.name);
    await reader.query(this.statement);
    return { ok: this.ok, detail: this.ok ? 'all' : 'PT EUR: open 1, receivables 2' };
  }
}

describe('proofs that are run by themselves', () => {
  let test: TestDatabase;
  let clock: TestClock;
  let proofs: Proofs;
  let told: Told[];
  let daily: ProveDaily;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    test = await createTestDatabase([platformPersistence]);
    clock = new TestClock(Date.parse('2026-02-10T12:00:00Z'));
    told = [new Told('entries-balance', true), new Told('receivables', true)];
    const discovery = { getProviders: () => told.map((instance) => ({ metatype: Told, instance })) };
    proofs = new Proofs(discovery as unknown as DiscoveryService, test.database);
    daily = new ProveDaily(test.database, clock, proofs);
  });
  afterEach(() => test.drop());

  const tick = async (): Promise<string[]> => {
    Told.asked.length = 0;
    while ((await daily.proveDue()) > 0);
    return [...Told.asked];
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
    told[1]!.ok = false;
    await tick();
    expect(await scraped()).toContain('countinghouse_proof_holds{proof="receivables"} 0');
    expect(await scraped()).toContain('countinghouse_proof_holds{proof="entries-balance"} 1');
    expect(await scraped()).toMatch(/countinghouse_proof_age_seconds\{proof="receivables"\} \d+/);
    told[1]!.ok = true;
    later(1);
    expect(await tick()).toEqual(['receivables']);
    expect(await scraped()).toContain('countinghouse_proof_holds{proof="receivables"} 1');
  });

  it('count as failed when they cannot be run, and keep no other from being run', async () => {
    told[0]!.statement = `SELECT 'forged'::uuid`;
    expect(await tick()).toEqual(['entries-balance', 'receivables']);
    expect(await scraped()).toContain('countinghouse_proof_holds{proof="entries-balance"} 0');
    expect(await test.database.query(`SELECT detail FROM platform.proof_result WHERE NOT ok`)).toEqual([{ detail: 'could not be run: invalid input syntax for type uuid: "forged"' }]);
    const all = await test.database.read((reader) => proofs.all(reader));
    expect(all.map(({ name, ok }) => [name, ok])).toEqual([['entries-balance', false], ['receivables', true]]);
  });

  it('are asked two at a time and answer in the order of their names, or only those that are named', async () => {
    told[0]!.ok = false;
    expect(await proofs.sideBySide()).toMatchObject([{ name: 'entries-balance', ok: false }, { name: 'receivables', ok: true }]);
    expect(await proofs.sideBySide(['receivables'])).toMatchObject([{ name: 'receivables', ok: true }]);
  });

  it('are forgotten when there is no such proof any more', async () => {
    await tick();
    told.shift();
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
