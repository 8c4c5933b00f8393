// Test clocks on a real database: every day of the way is worked through once and in order, whatever stops the run.
import { Global, INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { defineEvent, event } from '@countinghouse/contracts';
import { currency, IssuerId, localDate, LocalDate, timeZone } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { z } from 'zod';
import { systemActor } from '../auth/actor';
import { issuerDay, realIssuersToday } from '../clock/issuer-day';
import { Database, violatedConstraint } from '../database/database';
import { Tx } from '../database/tx';
import { Issuers } from '../issuers/issuers';
import { Consumer, Delivered } from '../outbox/consumer';
import { Outbox } from '../outbox/outbox';
import { PlatformModule } from '../platform.module';
import { Runs } from '../runs/runs';
import { AdvanceTestClock } from './advance-test-clock';
import { CreateTestClock } from './create-test-clock';
import { DailyWork, DailyWorkDone, DailyWorkProvider, DayPhase, IssuerDay } from './daily-work';

const ACTOR = systemActor('spec');
const DayBegan = defineEvent('spec.day-began.v1', z.object({ issuerId: z.uuid(), day: z.string() }));

/** What has happened, in the order in which it did. */
const log: string[] = [];
let failOn: string | undefined;

@Injectable()
@DailyWorkProvider()
class SpecBilling implements DailyWork {
  readonly phase: DayPhase = 'bill';
  readonly name: string = 'spec.bill';
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  async perform({ issuerId, day }: IssuerDay): Promise<DailyWorkDone> {
    if (failOn === day) throw new Error('the power is out');
    await this.database.transaction((tx) => this.outbox.append(tx, [event(DayBegan, { issuerId, day })]));
    log.push(`${day} bill`);
    return { result: { days: 1 } };
  }
}

@Injectable()
@DailyWorkProvider()
class SpecContracts implements DailyWork {
  readonly phase: DayPhase = 'contracts';
  readonly name: string = 'spec.renew';
  async perform({ day }: IssuerDay): Promise<DailyWorkDone> {
    log.push(`${day} renew`);
    return {};
  }
}

@Injectable()
@DailyWorkProvider()
class SpecOverdue implements DailyWork {
  readonly phase: DayPhase = 'overdue';
  readonly name: string = 'spec.overdue';
  async perform({ day }: IssuerDay): Promise<DailyWorkDone> {
    log.push(`${day} overdue`);
    return {};
  }
}

@Injectable()
class Listener {
  @Consumer({ queue: 'spec', name: 'spec.listen', event: DayBegan })
  async listen(_tx: Tx, events: Delivered<typeof DayBegan>[]): Promise<void> {
    for (const { payload } of events) log.push(`${payload.day} heard`);
  }
}

@Global()
@Module({ providers: [SpecOverdue, SpecBilling, SpecContracts, Listener] })
class SpecModule {}

describe('a test clock', () => {
  let test: TestDatabase;
  let app: INestApplicationContext;
  let issuerId: IssuerId;

  beforeEach(async () => {
    log.length = 0;
    failOn = undefined;
    test = await createTestDatabase();
    const platform = PlatformModule.forRoot({ databaseUrl: test.url, manifests: [], role: 'cli', poolSize: 5 });
    app = await (await Test.createTestingModule({ imports: [platform, SpecModule] }).compile()).init();
    const like = { legalName: 'Bem-Estar', country: 'PT', taxId: '503504564', functionalCurrency: currency('EUR'), timeZone: timeZone('Europe/Lisbon') };
    await database().transaction((tx) => app.get(Issuers).create(tx, { code: 'PT', ...like }, ACTOR));
    issuerId = (await app.get(CreateTestClock).execute({ code: 'TEST-1', like: 'PT', startsOn: localDate('2026-01-30') }, ACTOR)).id;
  });
  afterEach(async () => {
    await app.close();
    await test.drop();
  });

  const database = () => app.get(Database);
  const day = () => database().read((reader) => issuerDay(reader, issuerId, 0));
  const start = (to: string) => app.get(AdvanceTestClock).execute({ issuerId, to: to as LocalDate }, ACTOR);
  const advance = async (to: string) => app.get(Runs).drain((await start(to)).id);

  it('works through every day in the order of its phases, and what a work tells has arrived before the next begins', async () => {
    const run = await advance('2026-02-01');
    expect(run).toMatchObject({ state: 'succeeded', total: 3, done: 3, result: { days: '3' } });
    expect(log).toEqual(
      ['2026-01-30', '2026-01-31', '2026-02-01'].flatMap((each) => [`${each} renew`, `${each} bill`, `${each} heard`, `${each} overdue`]),
    );
    expect(await day()).toBe('2026-02-01');
  });

  it('goes years at once', async () => {
    expect(await advance('2027-01-30')).toMatchObject({ state: 'succeeded', total: 366 });
    expect(log.filter((entry) => entry.endsWith('bill'))).toHaveLength(366);
  });

  it('stops where a work fails, and goes on from that day when it is resumed', async () => {
    failOn = '2026-02-02';
    const run = await advance('2026-02-04');
    expect(run).toMatchObject({ state: 'failed', error: expect.stringContaining('the power is out') });
    expect(await day()).toBe('2026-02-02');
    failOn = undefined;
    log.length = 0;
    await app.get(Runs).resume(run.id, ACTOR);
    expect(await app.get(Runs).drain(run.id)).toMatchObject({ state: 'succeeded' });
    expect(log.filter((entry) => entry.endsWith('bill'))).toEqual(['2026-02-02 bill', '2026-02-03 bill', '2026-02-04 bill']);
  });

  it('works through the day on which it stands again when asked to', async () => {
    await advance('2026-01-30');
    await advance('2026-01-30');
    expect(log.filter((entry) => entry.endsWith('bill'))).toEqual(['2026-01-30 bill', '2026-01-30 bill']);
  });

  it('is on one way at a time, and gives the run that is', async () => {
    const { id } = await start('2026-02-04');
    expect((await start('2026-02-04')).id).toBe(id);
    await expect(start('2026-02-05')).rejects.toMatchObject({ code: 'TEST_CLOCK_IS_MOVING', value: '2026-02-04' });
  });

  it('never goes back, nor out of sight', async () => {
    await expect(start('2026-01-29')).rejects.toMatchObject({ code: 'CLOCK_GOES_BACK', field: 'to' });
    await expect(start('2127-01-30')).rejects.toMatchObject({ code: 'CLOCK_GOES_TOO_FAR', field: 'to' });
  });

  it('is not to be had for a real issuer, and no real issuer is moved by one', async () => {
    const real = (await database().read((reader) => app.get(Issuers).all(reader))).map(({ id, code }) => ({ id, code }));
    expect(real.map(({ code }) => code)).toEqual(['PT']);
    const attempt = app.get(AdvanceTestClock).execute({ issuerId: real[0]!.id, to: localDate('2099-01-01') }, ACTOR);
    await expect(attempt).rejects.toMatchObject({ code: 'ISSUER_IS_REAL' });
    // Schedules see real issuers only.
    const noon = Date.UTC(2026, 4, 5, 12);
    expect(await database().read((reader) => realIssuersToday(reader, noon))).toEqual([{ issuerId: real[0]!.id, day: '2026-05-05' }]);
  });

  it('is created by an administrator in the likeness of an issuer that there is', async () => {
    const create = app.get(CreateTestClock);
    const input = { code: 'TEST-2', like: 'XX', startsOn: localDate('2026-01-01') };
    await expect(create.execute(input, ACTOR)).rejects.toMatchObject({ code: 'ISSUER_NOT_FOUND', field: 'like' });
    await expect(create.execute({ ...input, like: 'PT', code: 'PT' }, ACTOR)).rejects.toMatchObject({ code: 'ISSUER_CODE_TAKEN' });
    await expect(create.execute({ ...input, like: 'PT' }, { ...ACTOR, role: 'accountant' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([
    ['makes a test issuer real', `UPDATE platform.issuer SET test_clock_at = NULL WHERE code = 'TEST-1'`, 'issuer_is_test_or_real_for_good'],
    ['gives a real issuer a clock of its own', `UPDATE platform.issuer SET test_clock_at = now() WHERE code = 'PT'`, 'issuer_is_test_or_real_for_good'],
    ['moves a clock back', `UPDATE platform.issuer SET test_clock_at = '2020-01-01' WHERE code = 'TEST-1'`, 'issuer_test_clock_never_goes_back'],
  ])('the database refuses whoever %s', async (_what, sql, constraint) => {
    const error: unknown = await database().transaction((tx) => tx.execute(sql)).catch((thrown: unknown) => thrown);
    expect(violatedConstraint(error)).toBe(constraint);
  });
});
