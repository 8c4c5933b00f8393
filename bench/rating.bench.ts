// Rating: the pure functions on one core, and the whole of charging a set of enrolments for the first time.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { addMonths, anchorOn, ContractId, EnrolmentId, Id, LocalDate, localDate, PlanId, RunId } from '@countinghouse/kernel';
import { Database, newId } from '@countinghouse/platform';
import { Subscriptions } from '@countinghouse/subscriptions';
import { copyIn, copyOut } from './copied-rows';
import { Bench, Clone, medianRound } from './harness';

const STARTS_ON = localDate('2026-01-01');
const MONTHS = 12;
const ENROLMENTS_PER_CALL = 2_000;

export async function measure(bench: Bench): Promise<void> {
  measureOwed(bench, bench.sized(200_000, 1_000_000));
  await measureChargeDifference(bench, bench.sized(4_000, 20_000));
}

/** A year of months for each enrolment, a third of which change their plan in the middle of a month; from timeline to amounts. */
function measureOwed(bench: Bench, months: number): void {
  const { BillingCycle, RateCard, owedEnrolment, difference } = pureRating();
  const plans = [newId<PlanId>(), newId<PlanId>()] as const;
  const terms = plans.map((planId, no) => ({
    planId,
    code: `P${no}`,
    taxCategory: 'standard',
    prices: [{ effectiveFrom: STARTS_ON, amountMinor: 2_999n + 1_000n * BigInt(no), taxInclusive: true }],
    subsidies: [{ effectiveFrom: STARTS_ON, subsidy: { mode: 'fixed', amountMinor: 1_000n, capMinor: null } }],
  }));
  const rateCard = new RateCard('EUR', 1, new Map(terms.map((plan) => [plan.planId, plan])));
  const cycle = new BillingCycle(anchorOn(STARTS_ON, 1), 'arrears', STARTS_ON);
  const through = addMonths(STARTS_ON, MONTHS);
  const term = { start: STARTS_ON, end: null };
  const started = { kind: 'start', seq: 1, effectiveOn: STARTS_ON, planId: plans[0] };
  const changed = { kind: 'start', seq: 2, effectiveOn: localDate('2026-06-11'), planId: plans[1] };
  const rated = (enrolments: number) => {
    let charges = 0;
    for (let no = 0; no < enrolments; no++) {
      const owed = owedEnrolment({ term, cycle, rateCard, changes: no % 3 === 0 ? [started, changed] : [started] }, through);
      charges += difference(owed.company, []).length + difference(owed.member, []).length;
    }
    return charges;
  };
  rated(5_000);
  const rates = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    rated(months / MONTHS);
    const { user, system } = process.cpuUsage(before);
    return (months / (user + system)) * 1e6;
  }).sort((a, b) => a - b);
  bench.add({ name: `rating: ${months / 1e6} M enrolment-months, pure, from timeline to charges`, ours: rates[1]!, floor: 400_000, unit: 'enrolment-months per CPU s', goal: 1, better: 'higher' });
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

/** The constructors and functions of rating, as far as they are called here. */
interface PureRating {
  readonly BillingCycle: new (anchor: unknown, timing: string, from: LocalDate) => unknown;
  readonly RateCard: new (currency: string, months: number, plans: ReadonlyMap<string, unknown>) => unknown;
  owedEnrolment(enrolment: object, through: LocalDate): { company: readonly unknown[]; member: readonly unknown[] };
  difference(owed: readonly unknown[], charged: readonly unknown[]): readonly unknown[];
}

/** A domain's functions are no part of its face, so they are taken from the build, as they are shipped. */
function pureRating(): PureRating {
  const domain = join(__dirname, '../dist/libs/subscriptions/src/domain');
  const load = createRequire(__filename);
  return Object.assign({}, ...['billing-cycle', 'rate-card', 'owed', 'difference'].map((file) => load(join(domain, file)) as object)) as PureRating;
}
