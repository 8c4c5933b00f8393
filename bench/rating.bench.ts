// Rating: the pure functions on one core, ten years of one contract, and charging sets of enrolments and contracts for the first time.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { addDays, addMonths, ContractId, EnrolmentId, Id, LocalDate, localDate, PlanId, RunId } from '@countinghouse/kernel';
import { Database, newId } from '@countinghouse/platform';
import { Subscriptions } from '@countinghouse/subscriptions';
import { copyIn, copyOut } from './copied-rows';
import { Bench, Clone, medianRound } from './harness';

const STARTS_ON = localDate('2026-01-01');
const ENROLMENTS_PER_CALL = 2_000;
const CONTRACTS_PER_CALL = 500;

export async function measure(bench: Bench): Promise<void> {
  measureMonth(bench, bench.sized(200_000, 1_000_000));
  measureTenYears(bench);
  await measureTenYearsOnRecord(bench);
  await measureChargeDifference(bench, bench.sized(4_000, 20_000));
  await measureWholeMonth(bench, bench.sized(20_000, 50_000, 1_000_000));
}

/** A month of each enrolment, a third of which change their plan in the middle; from timeline to charges with their payers. */
function measureMonth(bench: Bench, enrolments: number): void {
  const { ratedContract, RateCard, owedEnrolment, difference, withPayers } = pureRating();
  const plans = [newId<PlanId>(), newId<PlanId>()] as const;
  const terms = plans.map((planId, no) => ({
    planId,
    code: `P${no}`,
    name: `Plan ${no}`,
    taxes: [{ effectiveFrom: STARTS_ON, seq: 1, taxCategory: 'standard' }],
    prices: [{ id: `P${no}`, effectiveFrom: STARTS_ON, intervalMonths: 1, appliesTo: 'all-from-date', amountMinor: 2_999n + 1_000n * BigInt(no), taxInclusive: true }],
    subsidies: [{ effectiveFrom: STARTS_ON, seq: 1, subsidy: { mode: 'fixed', amountMinor: 1_000n, capMinor: null } }],
  }));
  const contract = ratedContract(monthlyFrom(STARTS_ON));
  const rateCard = new RateCard('EUR', contract, new Map(terms.map((plan) => [plan.planId, plan])));
  const through = addMonths(STARTS_ON, 1);
  const started = { kind: 'start', seq: 1, effectiveOn: STARTS_ON, planId: plans[0] };
  const changed = { kind: 'plan', seq: 2, effectiveOn: localDate('2026-01-11'), planId: plans[1] };
  const payers = { company: [], companyItself: 'C', member: 'M' };
  const rated = (count: number) => {
    let charges = 0;
    for (let no = 0; no < count; no++) {
      const owed = owedEnrolment({ contract, timing: 'arrears', rateCard, changes: no % 3 === 0 ? [started, changed] : [started] }, through);
      for (const part of [owed.company, owed.member]) charges += withPayers(difference(part, [], through), payers).length;
    }
    return charges;
  };
  rated(20_000);
  const perCpuSecond = median(Array.from({ length: 3 }, () => enrolments / cpuSecondsOf(() => rated(enrolments))));
  bench.add({ name: `rating: ${enrolments / 1e6} M enrolments for a month, pure, from timeline to charges`, ours: perCpuSecond, floor: 400_000, unit: 'enrolments per CPU s', goal: 1, better: 'higher' });
}

/** Ten years of a contract whose headcount changes every day: everything owed, and the difference to everything charged. */
function measureTenYears(bench: Bench): void {
  const { ratedContract, owedContract, difference, chargesInForce, withPayers } = pureRating();
  const [from, until] = [localDate('2016-01-01'), localDate('2026-01-01')];
  const contract = ratedContract(monthlyFrom(from));
  const headcount: object[] = [];
  for (let start = from; start < until; start = addDays(start, 1)) headcount.push({ start, end: addDays(start, 1), count: 100 + (headcount.length * 7919) % 50 });
  const terms = { priceModel: 'perUnit', unitPriceMinor: 1000n, measure: 'daily', counted: 'eligible', costCentre: null, onDecrease: 'credit', intervalMonths: 1, taxInclusive: false, taxCategory: 'standard' };
  const fee = { id: 'fee', kind: 'access-fee', name: 'Access fee', timing: 'arrears', targetId: null, changes: [{ seq: 1, effectiveOn: from, kind: 'terms', terms }] };
  const timeline = { contract, currency: 'EUR', components: [fee], headcount: () => headcount };
  const payers = { company: [], companyItself: 'C', member: null };
  const bill = (records: readonly object[]) => withPayers(difference(owedContract(timeline, until).get(fee)!, chargesInForce(records), until), payers);
  const records = bill([]).map((charge, index) => ({ ...charge, id: BigInt(index + 1) }));
  const first = () => bill([]);
  const again = () => bill(records);
  for (const work of [first, again, first, again]) work();
  const milliseconds = (work: () => unknown) => median(Array.from({ length: 9 }, () => cpuSecondsOf(work) * 1000));
  bench.add({ name: `rating: ten years of daily headcount (${records.length} charges), pure, first run`, ours: milliseconds(first), floor: 50, unit: 'CPU ms', goal: 1, better: 'lower' });
  bench.add({ name: 'rating: ten years of daily headcount, pure, a run that finds nothing', ours: milliseconds(again), floor: 50, unit: 'CPU ms', goal: 1, better: 'lower' });
}

/** The same on record, with reading 7,300 rows and writing: runs over ten years that were charged, and in which one day has changed since. */
async function measureTenYearsOnRecord(bench: Bench): Promise<void> {
  await bench.onClone(async (clone) => {
    const contractIds = await feesFor(bench, clone, 1, localDate('2016-01-01'), 3_653);
    const client = await clone.connect();
    const milliseconds = await clone.app(async (app) => {
      const charge = () =>
        app.get(Database).transaction((tx) =>
          app.get(Subscriptions, { strict: false }).chargeDifference(tx, { contractIds, through: localDate('2026-01-01'), runId: newId<RunId>() }),
        );
      const correct = async (round: number) => {
        await client.query(
          `INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id)
           SELECT company_id, 'eligible', date '2025-06-01' + $1::int + day, step, 'run', company_id FROM subscriptions.contract, (VALUES (0, 1), (1, -1)) AS c(day, step)`,
          [round * 3],
        );
        const { charges } = await charge();
        if (charges !== 2) throw new Error(`one day more is a credit and a charge, not ${charges}`);
      };
      await charge();
      await client.query('ANALYZE');
      for (let round = 0; round < 5; round++) await correct(round);
      const before = process.cpuUsage();
      const rounds = 20;
      const ofServer = await clone.cpuOf(async () => {
        for (let round = 5; round < 5 + rounds; round++) await correct(round);
      });
      const { user, system } = process.cpuUsage(before);
      return ((user + system) / 1e3 + ofServer * 1e3) / rounds;
    });
    bench.add({ name: 'rating: ten years of daily headcount on record, read, corrected by a day and written', ours: milliseconds, floor: 50, unit: 'CPU ms', goal: 1, better: 'lower' });
  });
}

/** First billing of a month: locks, timelines, charges on record, difference, insert; against COPY of the charges that came out. */
async function measureChargeDifference(bench: Bench, enrolments: number): Promise<void> {
  const businesses = await bench.clone();
  const ids = await enrol(bench, businesses, enrolments);
  await businesses.disconnect();
  const charge = () =>
    bench.onClone(async (clone) => {
      const cpuSeconds = await clone.app((app) =>
        clone.cpuOf(async () => {
          for (let from = 0; from < ids.length; from += ENROLMENTS_PER_CALL) {
            const enrolmentIds = ids.slice(from, from + ENROLMENTS_PER_CALL);
            await app.get(Database).transaction((tx) =>
              app.get(Subscriptions, { strict: false }).chargeDifference(tx, { enrolmentIds, through: addMonths(STARTS_ON, 1), runId: newId<RunId>() }),
            );
          }
        }),
      );
      return { cpuSeconds, written: await copyOut(await clone.connect(), 'subscriptions.charge') };
    }, businesses.name);
  const { written } = await charge();
  const round = await medianRound(3, {
    ours: async () => enrolments / (await charge()).cpuSeconds,
    floor: () =>
      bench.onClone(async (clone) => {
        await clone.run('ALTER TABLE subscriptions.charge DISABLE TRIGGER USER');
        const client = await clone.connect();
        return enrolments / (await clone.cpuOf(() => copyIn(client, [written])));
      }, businesses.name),
  });
  await businesses.drop();
  bench.add({ name: `rating: first charges of ${enrolments} enrolments : COPY of the charges without triggers`, ...round, unit: 'enrolments per server CPU s', goal: 0.25, better: 'higher' });
}

async function enrol(bench: Bench, clone: Clone, count: number): Promise<EnrolmentId[]> {
  const client = await clone.connect();
  const [company, contract, product, plan] = [newId<Id<'Company'>>(), newId<ContractId>(), newId<Id<'Product'>>(), newId<PlanId>()];
  const members = Array.from({ length: count }, () => newId<Id<'Member'>>());
  const enrolments = Array.from({ length: count }, () => newId<EnrolmentId>());
  await client.query(
    `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
     VALUES ($1, 'C-000001', 'Acme', 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30)`,
    [company],
  );
  await client.query(
    `INSERT INTO companies.member (id, company_id, employee_id, name, eligible_from) SELECT id, $2, 'E' || row_number() OVER (), 'A person', $3 FROM unnest($1::uuid[]) AS id`,
    [members, company, STARTS_ON],
  );
  await client.query(`INSERT INTO subscriptions.product (id, code, name) VALUES ($1, 'WELLNESS', 'Wellness')`, [product]);
  await client.query(
    `INSERT INTO subscriptions.product_tax (product_id, seq, effective_from, tax_category, recorded_by, reason) VALUES ($1, 1, $2, 'standard', 'bench', 'bench')`,
    [product, STARTS_ON],
  );
  await client.query(`INSERT INTO subscriptions.plan (id, product_id, code, name, tier) VALUES ($1, $2, 'GOLD', 'Gold', 1)`, [plan, product]);
  await client.query(`INSERT INTO subscriptions.price (id, plan_id, currency, amount_minor, tax_inclusive, effective_from) VALUES ($1, $2, 'EUR', 2999, true, $3)`, [newId(), plan, STARTS_ON]);
  await client.query(
    `INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency, enrolment_timing) VALUES ($1, 'K-000001', $2, $3, 'EUR', 'arrears')`,
    [contract, bench.issuerId, company],
  );
  await client.query(
    `INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, anchor_day, anchor_on, cycle_months, time_zone, recorded_by, reason)
     VALUES ($1, 1, $2, 'start', NULL, NULL, NULL, NULL, 'bench', 'bench'), ($1, 2, $2, 'cycle', 1, $2, 1, NULL, 'bench', 'bench'),
            ($1, 3, $2, 'zone', NULL, NULL, NULL, 'Europe/Lisbon', 'bench', 'bench')`,
    [contract, STARTS_ON],
  );
  await client.query(
    `INSERT INTO subscriptions.subsidy_rule (contract_id, seq, plan_id, effective_from, mode, amount_minor, recorded_by, reason)
     VALUES ($1, 1, $2, $3, 'fixed', 1000, 'bench', 'bench')`,
    [contract, plan, STARTS_ON],
  );
  await client.query(
    `INSERT INTO subscriptions.enrolment (id, issuer_id, contract_id, member_id, plan_id) SELECT e.id, $1, $2, e.member_id, $3 FROM unnest($4::uuid[], $5::uuid[]) AS e(id, member_id)`,
    [bench.issuerId, contract, plan, enrolments, members],
  );
  await client.query(
    `INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, plan_id, recorded_by, reason)
     SELECT id, 1, $2, 'start', $3, 'bench', 'bench' FROM unnest($1::uuid[]) AS id`,
    [enrolments, STARTS_ON, plan],
  );
  await client.query('ANALYZE');
  return enrolments;
}

/**
 * A month of enrolments under one contract and of a hundredth as many contracts with fees: both stages in chunks, wall clock against the million
 * in an hour that a night allows, and the memory of the last chunks against that of the first.
 */
async function measureWholeMonth(bench: Bench, enrolments: number): Promise<void> {
  await bench.onClone(async (clone) => {
    const ids = await enrol(bench, clone, enrolments);
    const contractIds = await feesFor(bench, clone, enrolments / 100);
    const heaps: number[] = [];
    const seconds = await clone.app(async (app) => {
      const [database, subscriptions] = [app.get(Database), app.get(Subscriptions, { strict: false })];
      const before = performance.now();
      for (const [key, all, size] of [['enrolmentIds', ids, ENROLMENTS_PER_CALL], ['contractIds', contractIds, CONTRACTS_PER_CALL]] as const) {
        for (let from = 0; from < all.length; from += size) {
          await database.transaction((tx) => subscriptions.chargeDifference(tx, { [key]: all.slice(from, from + size), through: addMonths(STARTS_ON, 1), runId: newId<RunId>() }));
          if (key === 'enrolmentIds') heaps.push(liveHeap());
        }
      }
      return (performance.now() - before) / 1000;
    });
    const third = Math.floor(heaps.length / 3);
    const name = `${enrolments} enrolments and ${contractIds.length} contracts for a month`;
    bench.add({ name: `rating: ${name}, set-based`, ours: (enrolments / seconds) * 3600, floor: 1_000_000, unit: 'enrolments an hour', goal: 1, better: 'higher' });
    bench.add({ name: `rating: ${name}, live heap of the last third : of the first`, ours: median(heaps.slice(-third)), floor: median(heaps.slice(0, third)), unit: 'MB', goal: 1.1, better: 'lower' });
  });
}

/** What is still reachable, in MB. */
function liveHeap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Companies with a contract each from a day on, an access fee by the day and person, and so many changes of their headcount. */
async function feesFor(bench: Bench, clone: Clone, count: number, from = STARTS_ON, changes = 6): Promise<ContractId[]> {
  const client = await clone.connect();
  const [companies, contracts, fees] = Array.from({ length: 3 }, () => Array.from({ length: count }, () => newId())) as [string[], ContractId[], string[]];
  await client.query(
    `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
     SELECT id, 'F-' || no, 'Acme', 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30 FROM unnest($1::uuid[]) WITH ORDINALITY AS c(id, no)`,
    [companies],
  );
  await client.query(
    `INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id)
     SELECT id, 'eligible', $2::date + step, CASE step % 4 WHEN 0 THEN 4 WHEN 1 THEN -2 WHEN 2 THEN 3 ELSE -4 END, 'run', id
       FROM unnest($1::uuid[]) AS id, generate_series(0, $3::int - 1) AS step`,
    [companies, from, changes],
  );
  await client.query(
    `INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency, enrolment_timing)
     SELECT k.id, 'F-' || no, $1, k.company_id, 'EUR', 'arrears' FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS k(id, company_id, no)`,
    [bench.issuerId, contracts, companies],
  );
  await client.query(
    `INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, anchor_day, anchor_on, cycle_months, recorded_by, reason)
     SELECT id, seq, $2, kind, anchor_day, anchor_on, months, 'bench', 'bench'
       FROM unnest($1::uuid[]) AS id, (VALUES (1, 'start', NULL, NULL::date, NULL), (2, 'cycle', 1, $2::date, 1)) AS c(seq, kind, anchor_day, anchor_on, months)`,
    [contracts, from],
  );
  await client.query(
    `INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing) SELECT f.id, f.contract_id, 'access-fee', 'Access fee', 'arrears' FROM unnest($1::uuid[], $2::uuid[]) AS f(id, contract_id)`,
    [fees, contracts],
  );
  await client.query(
    `INSERT INTO subscriptions.fee_change (component_id, component_kind, component_timing, seq, effective_on, kind, price_model, measure, counted, on_decrease,
       interval_months, unit_price_minor, tax_inclusive, tax_category, recorded_by, reason)
     SELECT id, 'access-fee', 'arrears', 1, $2, 'terms', 'perUnit', 'daily', 'eligible', 'credit', 1, 1000, false, 'standard', 'bench', 'bench' FROM unnest($1::uuid[]) AS id`,
    [fees, from],
  );
  await client.query('ANALYZE');
  return contracts;
}

/** In force from a day on, by the month. */
function monthlyFrom(on: LocalDate): object[] {
  return [{ seq: 1, effectiveOn: on, kind: 'start' }, { seq: 2, effectiveOn: on, kind: 'cycle', anchorDay: 1, cycleMonths: 1, anchorOn: on }];
}

function cpuSecondsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

/** The constructors and functions of rating, as far as they are called here. */
interface PureRating {
  readonly RateCard: new (currency: string, contract: unknown, plans: ReadonlyMap<string, unknown>) => unknown;
  ratedContract(changes: readonly object[]): unknown;
  owedEnrolment(enrolment: object, through: LocalDate): { company: readonly unknown[]; member: readonly unknown[] };
  owedContract(timeline: object, begunBy: LocalDate): ReadonlyMap<object, readonly unknown[]>;
  chargesInForce(records: readonly object[]): readonly unknown[];
  difference(owed: readonly unknown[], charged: readonly unknown[], through: LocalDate): readonly object[];
  withPayers(charges: readonly object[], payers: object): readonly object[];
}

/** A domain's functions are no part of its face, so they are taken from the build, as they are shipped. */
function pureRating(): PureRating {
  const domain = join(__dirname, '../dist/libs/subscriptions/src/domain');
  const load = createRequire(__filename);
  const files = ['rated-contract', 'rate-card', 'owed', 'owed-contract', 'charged', 'difference', 'payer-timeline'];
  return Object.assign({}, ...files.map((file) => load(join(domain, file)) as object)) as PureRating;
}
