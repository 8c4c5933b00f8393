// Recurring revenue on a real database: months by hand, movements that always add up, and figures that can be reported again.
import { readdirSync, readFileSync } from 'node:fs';
import { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import * as fc from 'fast-check';
import { addDays, CompanyId, ContractId, EnrolmentId, IssuerId, LocalDate, PlanId } from '@countinghouse/kernel';
import { newId, PlatformModule, Runs, Tx, violatedConstraint } from '@countinghouse/platform';
import { createTestDatabase, openTransaction, TestDatabase } from '@countinghouse/testing';
import { ANA, day, World } from '../../test/world';
import { RevenueGroup, RevenueMonth } from '../persistence/revenue.queries';
import { SubscriptionsModule } from '../subscriptions.module';
import { netRetentionPercent, RecurringRevenue } from './recurring-revenue';
import { StartRevenueSnapshots } from './start-revenue-snapshots';

let test: TestDatabase;
let world: World;
let app: INestApplicationContext;
beforeEach(async () => {
  test = await createTestDatabase();
  world = await World.on(test);
  const platform = PlatformModule.forRoot({ databaseUrl: test.url, manifests: [], role: 'cli', poolSize: 5 });
  app = await (await Test.createTestingModule({ imports: [platform, SubscriptionsModule] }).compile()).init();
});
afterEach(async () => {
  await app.close();
  await test.drop();
});

async function compute(from: string, through = from, knownAt: string | null = null, issuerId: IssuerId = world.issuerId) {
  const { id } = await app.get(StartRevenueSnapshots).execute({ issuerId, from: day(from), through: day(through), knownAt }, ANA);
  const run = await app.get(Runs).drain(id);
  expect(run.error).toBeNull();
  return run;
}
const report = async (from: string, through = from, by: RevenueGroup = 'total', knownAt: string | null = null) =>
  app.get(RecurringRevenue).execute({ issuerId: world.issuerId, from: day(from), through: day(through), by, knownAt }, ANA);
const months = async (...args: Parameters<typeof report>) => (await report(...args)).months;
const movement = ({ month, startMinor, newMinor, expansionMinor, reactivationMinor, contractionMinor, churnMinor, endMinor }: RevenueMonth) =>
  [month.slice(0, 7), startMinor, newMinor, expansionMinor, reactivationMinor, contractionMinor, churnMinor, endMinor].map(String);
const end = (contractId: ContractId, on: string) =>
  world.execute(
    `INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, recorded_by, reason)
     SELECT $1, max(seq) + 1, $2, 'end', 'ana', 'spec' FROM subscriptions.contract_change WHERE contract_id = $1`,
    [contractId, on],
  );

async function customer(options: { from: string; people: number; unitMinor?: bigint; currency?: string }): Promise<{ companyId: CompanyId; contractId: ContractId }> {
  const companyId = await world.company();
  if (options.people > 0) await world.headcount(companyId, [[options.from, options.people]]);
  const contractId = await world.contract(companyId, { startsOn: options.from, ...(options.currency && { currency: options.currency }) });
  await world.accessFee(contractId, options.unitMinor ?? 100n);
  return { companyId, contractId };
}

describe('recurring revenue', () => {
  it('is new, expands, contracts, churns and comes back, month by month', async () => {
    const { companyId, contractId } = await customer({ from: '2026-01-15', people: 10 });
    await world.headcount(companyId, [['2026-02-10', 5], ['2026-03-10', -8]]);
    await end(contractId, '2026-04-20');
    const again = await world.contract(companyId, { startsOn: '2026-06-01' });
    await world.accessFee(again, 200n);
    expect(await compute('2026-01-01', '2026-06-30')).toMatchObject({ state: 'succeeded', parked: 0 });
    expect((await months('2026-01-01', '2026-06-30')).map(movement)).toEqual([
      ['2026-01', '0', '1000', '0', '0', '0', '0', '1000'],
      ['2026-02', '1000', '0', '500', '0', '0', '0', '1500'],
      ['2026-03', '1500', '0', '0', '0', '800', '0', '700'],
      ['2026-04', '700', '0', '0', '0', '0', '700', '0'],
      ['2026-06', '0', '0', '0', '1400', '0', '0', '1400'],
    ]);
  });

  it('counts enrolments at the list price, not those in trial, paused or ended, and says what each plan comes to', async () => {
    const companyId = await world.company();
    const contractId = await world.contract(companyId, { startsOn: '2026-01-01' });
    const plan = await world.plan('GOLD', '30.00');
    const [running, paused, trying, gone] = await world.enrolments(contractId, await world.members(companyId, 4), plan, '2026-01-01');
    expect(running).toBeDefined();
    await world.change([paused!], 2, 'pause', '2026-01-20');
    await world.change([trying!], 2, 'trial', '2026-01-01');
    await world.change([trying!], 3, 'trial-end', '2026-02-15');
    await world.change([gone!], 2, 'end', '2026-01-31');
    await compute('2026-01-01', '2026-02-28');
    const [january, february] = await months('2026-01-01', '2026-02-28', 'plan');
    expect(january).toMatchObject({ group: 'GOLD', endMinor: 3000n, yearlyMinor: 36_000n, companies: 1, newCompanies: 1 });
    expect(february).toMatchObject({ startMinor: 3000n, expansionMinor: 3000n, endMinor: 6000n });
    expect(netRetentionPercent(february!)).toBe('200.00');
  });

  it('takes a company that takes up a plan beside its fees for an expansion, and never adds up currencies', async () => {
    const { companyId, contractId } = await customer({ from: '2026-01-01', people: 10 });
    await customer({ from: '2026-02-01', people: 3, currency: 'USD' });
    const plan = await world.plan('GOLD', '30.00');
    await world.enrolments(contractId, await world.members(companyId, 2), plan, '2026-02-05');
    await compute('2026-02-01');
    expect((await months('2026-02-01', '2026-02-01', 'plan')).map((row) => [row.group, row.currency, row.newMinor, row.expansionMinor, row.endMinor])).toEqual([
      ['GOLD', 'EUR', 0n, 6000n, 6000n],
      ['fees', 'EUR', 0n, 0n, 1000n],
      ['fees', 'USD', 300n, 0n, 300n],
    ]);
    expect((await months('2026-02-01', '2026-02-01', 'country')).map((row) => [row.group, row.currency, row.endMinor])).toEqual([['PT', 'EUR', 7000n], ['PT', 'USD', 300n]]);
  });

  it('reports again what was reported once, whatever was recorded since', async () => {
    const { companyId } = await customer({ from: '2026-01-01', people: 10 });
    await compute('2026-01-01');
    const first = await report('2026-01-01');
    // A file that comes late says that there were more people in January.
    await world.headcount(companyId, [['2026-01-10', 7]]);
    expect(await report('2026-01-01', '2026-01-01', 'total', first.knownAt)).toEqual(first);
    await compute('2026-01-01');
    const second = await report('2026-01-01');
    expect(second.months[0]).toMatchObject({ endMinor: 1700n });
    expect(second.knownAt > first.knownAt).toBe(true);
    // Computed anew as known then, it comes out as it did: another day of the same instant shows that it is not just kept.
    await compute('2026-01-01', '2026-03-31', first.knownAt);
    expect((await months('2026-03-01', '2026-03-01', 'total', first.knownAt))[0]).toMatchObject({ startMinor: 1000n, endMinor: 1000n });
    expect(await report('2026-01-01', '2026-01-01', 'total', first.knownAt)).toEqual(first);
  });

  it.each([
    ['has recorded already', true],
    ['records afterwards', false],
  ])('leaves nothing out of what is known that a transaction, begun before and committed after, %s', async (_when, isFirst) => {
    const { companyId } = await customer({ from: '2026-01-01', people: 10 });
    const record = (tx: Tx) =>
      tx.execute(
        `INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id) VALUES ($1, 'eligible', '2026-01-10', 7, 'run', $2)`,
        [companyId, world.runId],
      );
    const late = await openTransaction<unknown>(test.database, isFirst ? record : (tx) => tx.query('SELECT now()'));
    // Nobody has to wait, and what is committed is known.
    await compute('2026-01-01');
    const first = await report('2026-01-01');
    expect(first.months[0]).toMatchObject({ endMinor: 1000n });
    await late.commit(isFirst ? undefined : record);
    await compute('2026-01-01', '2026-03-31', first.knownAt);
    expect((await months('2026-03-01', '2026-03-01', 'total', first.knownAt))[0]).toMatchObject({ startMinor: 1000n, endMinor: 1000n });
    await compute('2026-01-01');
    expect((await months('2026-01-01'))[0]).toMatchObject({ endMinor: 1700n });
  });

  it('is asked for as known at no instant that is later than what is known by so much as a microsecond', async () => {
    await customer({ from: '2026-01-01', people: 10 });
    const late = await openTransaction(test.database, (tx) => tx.query('SELECT platform.recorded_at()'));
    await compute('2026-01-01');
    const { knownAt } = await report('2026-01-01');
    await compute('2026-02-01', '2026-02-28', knownAt);
    const [after] = await test.database.query<{ instant: string }>(`SELECT to_char(($1::timestamptz + interval '1 microsecond') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS instant`, [knownAt]);
    await expect(compute('2026-02-01', '2026-02-28', after!.instant)).rejects.toMatchObject({ code: 'KNOWN_AT_INVALID' });
    await late.commit();
    await compute('2026-02-01', '2026-02-28', after!.instant);
    for (const none of ['2026', '2026-02-30T00:00:00Z', '2026-01-01T00:00:00', 'infinity']) {
      await expect(compute('2026-02-01', '2026-02-28', none)).rejects.toMatchObject({ code: 'KNOWN_AT_INVALID' });
      await expect(report('2026-02-01', '2026-02-28', 'total', none)).rejects.toMatchObject({ code: 'KNOWN_AT_INVALID' });
    }
  });

  it('reads as known what is stamped by those who say since when they record, and nothing else', async () => {
    const stamped = await test.database.query<{ name: string }>(
      `SELECT format('%s.%s', table_schema, table_name) AS name FROM information_schema.columns WHERE column_default = 'platform.recorded_at()' AND table_schema <> 'public' ORDER BY 1`,
    );
    const persistence = `${__dirname}/../persistence`;
    const read = readdirSync(persistence).filter((file) => file.endsWith('.queries.ts')).flatMap((file) => {
      const sql = readFileSync(`${persistence}/${file}`, 'utf8');
      // The table of every condition on what was known: the last one before it that has its alias.
      return [...sql.matchAll(/(?:(\w+)\.)?recorded_at <= \$\d::timestamptz/g)].map(({ index, 1: alias }) => {
        const tables = [...sql.slice(0, index).matchAll(new RegExp(alias === undefined ? 'FROM (\\w+\\.\\w+)' : `(\\w+\\.\\w+) ${alias}\\b`, 'g'))];
        return tables.at(-1)![1];
      });
    });
    expect([...new Set(read)].sort()).toEqual(stamped.map(({ name }) => name));
    expect(read).toHaveLength(6);
  });

  it('is parked where it cannot be rated, and refused where it was not computed or cannot be known', async () => {
    const companyId = await world.company();
    const contractId = await world.contract(companyId, { startsOn: '2026-01-01' });
    await world.enrolments(contractId, await world.members(companyId, 1), await world.plan('GOLD', '30.00', 'USD'), '2026-01-01');
    expect(await compute('2026-01-01')).toMatchObject({ state: 'succeeded', parked: 1 });
    await expect(report('2026-05-01')).rejects.toMatchObject({ code: 'REVENUE_NOT_COMPUTED' });
    await expect(compute('2026-01-01', '2026-01-31', '2999-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'KNOWN_AT_INVALID' });
    await expect(compute('2026-02-01', '2026-01-01')).rejects.toMatchObject({ code: 'MONTHS_INVALID' });
  });

  it('comes as CSV, by company as well', async () => {
    const { companyId } = await customer({ from: '2026-01-01', people: 10 });
    await compute('2026-01-01');
    const lines: string[] = [];
    await test.database.read(async (reader) => {
      for await (const text of app.get(RecurringRevenue).csv(reader, { issuerId: world.issuerId, from: day('2026-01-01'), through: day('2026-01-31'), by: 'company' }, ANA)) lines.push(text);
    });
    expect(lines[0]).toMatch(/^month,group,currency,mrr_start_minor,/);
    expect(lines.slice(1)).toEqual([`2026-01,${companyId},EUR,0,1000,0,0,0,0,1000,12000,,1,1,0\n`]);
  });

  it('takes the same number of statements for one company as for many', async () => {
    await customer({ from: '2026-01-01', people: 1 });
    const one = await world.statements(() => compute('2026-01-01'));
    for (let n = 0; n < 20; n++) await customer({ from: '2026-01-01', people: n + 1 });
    expect(await world.statements(() => compute('2026-01-01'))).toBe(one);
  });
});

describe('snapshots', () => {
  it.each([
    ['changes a cell', 'UPDATE subscriptions.revenue_cell SET monthly_minor = 0', undefined],
    ['adds to one that is complete', `INSERT INTO subscriptions.revenue_cell SELECT snapshot_id, gen_random_uuid(), country, plan_id, currency, 1, 12, company_since FROM subscriptions.revenue_cell`, 'revenue_cell_comes_before_completion'],
    ['deletes one', 'DELETE FROM subscriptions.revenue_snapshot', undefined],
    ['opens one again', 'UPDATE subscriptions.revenue_snapshot SET completed_at = NULL', undefined],
  ])('are kept by the database from whoever %s', async (_what, sql, constraint) => {
    await customer({ from: '2026-01-01', people: 1 });
    await compute('2026-01-01');
    const error: unknown = await world.execute(sql).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(violatedConstraint(error)).toBe(constraint);
  });
});

describe('movements', () => {
  it('always add up, per currency and in every group, on random businesses', async () => {
    const plans: PlanId[] = [];
    for (const [code, amount] of [['GOLD', '30.00'], ['SILVER', '19.99']] as const) plans.push(await world.plan(code, amount), await world.plan(`${code}-USD`, amount, 'USD'));
    const aCompany = fc.record({
      start: fc.nat({ max: 150 }), usd: fc.boolean(), people: fc.nat({ max: 5 }), unitMinor: fc.bigInt({ min: 0n, max: 500n }), members: fc.nat({ max: 3 }), silver: fc.boolean(),
      changes: fc.array(fc.record({ on: fc.nat({ max: 200 }), kind: fc.constantFrom('pause', 'resume', 'end', 'people', 'contract'), by: fc.integer({ min: -2, max: 4 }) }), { maxLength: 5 }),
    });
    const from = day('2026-01-01');
    const drawn = fc.sample(aCompany, { numRuns: 25, seed: 20_260_101 });
    for (const { start, usd, people, unitMinor, members, silver, changes } of drawn) {
      const begin = addDays(from, start);
      const { companyId, contractId } = await customer({ from: begin, people, unitMinor, currency: usd ? 'USD' : 'EUR' });
      const enrolled: EnrolmentId[] = members === 0 ? [] : await world.enrolments(contractId, await world.members(companyId, members), plans[(silver ? 2 : 0) + (usd ? 1 : 0)]!, begin);
      let seq = 1;
      for (const { on, kind, by } of changes) {
        const at: LocalDate = addDays(begin, on);
        if (kind === 'people') await (by === 0 ? undefined : world.headcount(companyId, [[at, Math.abs(by)]]));
        else if (kind === 'contract') await end(contractId, addDays(at, 1));
        else if (enrolled.length > 0) await world.change(enrolled, ++seq, kind, at);
      }
    }
    await compute('2026-01-01', '2026-12-31');
    const totals = await months('2026-01-01', '2026-12-31');
    expect(totals.length).toBeGreaterThan(12);
    for (const by of ['total', 'plan', 'country', 'company'] as const) {
      const rows = await months('2026-01-01', '2026-12-31', by);
      for (const row of rows) {
        expect(row.startMinor + row.newMinor + row.expansionMinor + row.reactivationMinor - row.contractionMinor - row.churnMinor).toBe(row.endMinor);
      }
      // Whatever it is broken down by, it adds up to the whole; and a month begins with what the one before it has ended with.
      for (const total of totals) {
        const parts = rows.filter(({ month, currency }) => month === total.month && currency === total.currency);
        const sum = (figure: (row: RevenueMonth) => bigint) => parts.reduce((all, row) => all + figure(row), 0n);
        for (const figure of [(row: RevenueMonth) => row.endMinor, (row: RevenueMonth) => row.yearlyMinor, (row: RevenueMonth) => row.newMinor, (row: RevenueMonth) => row.churnMinor, (row: RevenueMonth) => row.retainedMinor]) {
          expect(sum(figure)).toBe(figure(total));
        }
        const before = totals.find(({ month, currency }) => currency === total.currency && addDays(month, 32).slice(0, 7) === total.month.slice(0, 7));
        if (before) expect(total.startMinor).toBe(before.endMinor);
      }
    }
  }, 120_000);
});

it('is reported for the issuer that was asked about alone', async () => {
  const { companyId } = await customer({ from: '2026-01-01', people: 1 });
  expect(companyId).toBeDefined();
  await compute('2026-01-01', '2026-01-31', null, world.issuerId);
  await expect(app.get(RecurringRevenue).execute({ issuerId: newId<IssuerId>(), from: day('2026-01-01'), through: day('2026-01-01'), by: 'total' }, ANA)).rejects.toMatchObject({ code: 'REVENUE_NOT_COMPUTED' });
});
