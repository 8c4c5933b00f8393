// The SQL of one contract that is acted on: held, read with its timelines, and changed.
import { CompanyId, ContractId, Currency, DomainError, IssuerId, LocalDate, localDateIn, timeZone } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { Timing } from '../domain/billing-cycle';
import { ContractChange, ContractState, contractStretches } from '../domain/contract-timeline';
import { AgreedComponent } from '../domain/component-terms';
import { AnyTerms, ComponentKind, ComponentTerms, FeeChange, Tier } from '../domain/fee-terms';
import { StateStretch, stateOn } from '../domain/timeline';
import { FeeComponentId } from './rating.queries';

/** What is agreed beside the timeline and decides no amount by itself. */
export interface ContractPolicies {
  readonly autoRenew: boolean;
  /** By how much a term is renewed. */
  readonly renewalMonths: number | null;
  readonly noticeDays: number;
  readonly overduePolicy: 'none' | 'suspend';
  /** How long after its due day an unpaid invoice does nothing. */
  readonly overdueGraceDays: number;
  readonly suspendedBilling: 'continues' | 'stops';
  /** Null is no limit. */
  readonly pauseDaysMax: number | null;
  readonly upgradeWhen: 'now' | 'periodEnd';
  readonly downgradeWhen: 'now' | 'periodEnd';
  readonly trialDays: number;
  readonly payrollAllowed: boolean;
}

/** A change with who recorded it. */
export type RecordedContractChange = ContractChange & { readonly recordedBy: string };

export interface HeldContract {
  readonly id: ContractId;
  readonly number: string;
  readonly issuerId: IssuerId;
  readonly companyId: CompanyId;
  readonly currency: Currency;
  readonly enrolmentTiming: Timing;
  readonly policies: ContractPolicies;
  readonly changes: readonly RecordedContractChange[];
  readonly states: readonly StateStretch<ContractState>[];
  /** The day it is for the contract: in its zone, and by the clock of its issuer if that has one of its own. */
  readonly today: LocalDate;
}

interface ContractRow extends Omit<HeldContract, 'policies' | 'changes' | 'states' | 'today'>, ContractPolicies {
  readonly issuerZone: string;
  readonly testClockAt: Date | null;
  readonly changes: readonly ChangeJson[] | null;
}

interface ChangeJson {
  readonly seq: number;
  readonly on: LocalDate;
  readonly kind: ContractChange['kind'];
  readonly by: string;
  readonly bills: boolean;
  readonly anchor_day: number;
  readonly anchor_on: LocalDate;
  readonly cycle_months: number;
  readonly time_zone: string;
  readonly term_ends_on: LocalDate | null;
}

/**
 * Holds contracts against everybody who changes or charges them, in the order of ids, and reads them with their timelines.
 * @param nowMs what AppClock said before the transaction began
 */
export async function holdContracts(tx: Tx, ids: readonly ContractId[], nowMs: number): Promise<Map<ContractId, HeldContract>> {
  await tx.query('SELECT FROM subscriptions.contract WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [ids]);
  const rows = await tx.query<ContractRow>(
    `SELECT k.id, k.number, k.issuer_id AS "issuerId", k.company_id AS "companyId", k.currency, k.enrolment_timing AS "enrolmentTiming",
            k.auto_renew AS "autoRenew", k.renewal_months AS "renewalMonths", k.notice_days AS "noticeDays", k.overdue_policy AS "overduePolicy",
            k.overdue_grace_days AS "overdueGraceDays", k.suspended_billing AS "suspendedBilling", k.pause_days_max AS "pauseDaysMax", k.upgrade_when AS "upgradeWhen",
            k.downgrade_when AS "downgradeWhen", k.trial_days AS "trialDays", k.payroll_allowed AS "payrollAllowed",
            i.time_zone AS "issuerZone", i.test_clock_at AS "testClockAt",
            (SELECT jsonb_agg(jsonb_build_object('seq', c.seq, 'on', c.effective_on, 'kind', c.kind, 'by', c.recorded_by, 'bills', c.bills, 'anchor_day', c.anchor_day,
                      'anchor_on', c.anchor_on, 'cycle_months', c.cycle_months, 'time_zone', c.time_zone, 'term_ends_on', c.term_ends_on) ORDER BY c.seq)
               FROM subscriptions.contract_change c WHERE c.contract_id = k.id) AS changes
       FROM subscriptions.contract k JOIN platform.issuer i ON i.id = k.issuer_id WHERE k.id = ANY ($1::uuid[]) ORDER BY k.id`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, heldContract(row, nowMs)]));
}

/** @throws DomainError CONTRACT_NOT_FOUND */
export async function holdContract(tx: Tx, id: ContractId, nowMs: number): Promise<HeldContract> {
  const contract = (await holdContracts(tx, [id], nowMs)).get(id);
  if (contract !== undefined) return contract;
  throw new DomainError('CONTRACT_NOT_FOUND', 'There is no such contract.', { field: 'contractId', value: id, remedy: 'Correct the id.' });
}

function heldContract(row: ContractRow, nowMs: number): HeldContract {
  const { issuerZone, testClockAt, changes: recorded, id, number, issuerId, companyId, currency, enrolmentTiming, ...policies } = row;
  const changes = (recorded ?? []).map(changeOf);
  const states = contractStretches(changes);
  const instant = testClockAt?.getTime() ?? nowMs;
  const zone = stateOn(states, localDateIn(timeZone(issuerZone), instant))?.timeZone ?? states[0]?.state.timeZone ?? issuerZone;
  return { id, number, issuerId, companyId, currency, enrolmentTiming, policies, changes, states, today: localDateIn(timeZone(zone), instant) };
}

function changeOf({ seq, on: effectiveOn, by: recordedBy, ...row }: ChangeJson): RecordedContractChange {
  const common = { seq, effectiveOn, recordedBy };
  switch (row.kind) {
    case 'suspend':
      return { ...common, kind: row.kind, bills: row.bills };
    case 'cycle':
      return { ...common, kind: row.kind, anchorDay: row.anchor_day, anchorOn: row.anchor_on, cycleMonths: row.cycle_months };
    case 'zone':
      return { ...common, kind: row.kind, timeZone: row.time_zone };
    case 'term':
      return { ...common, kind: row.kind, termEndsOn: row.term_ends_on };
    default:
      return { ...common, kind: row.kind };
  }
}

export interface PoliciesToSet {
  readonly id: ContractId;
  readonly policies: ContractPolicies;
  /** The day on which the renewal is due with them. */
  readonly renewalDueOn: LocalDate | null;
}

/** Sets the policies of contracts that are held. */
export async function updatePolicies(tx: Tx, contracts: readonly PoliciesToSet[]): Promise<void> {
  const column = <T>(of: (policies: ContractPolicies) => T) => contracts.map(({ policies }) => of(policies));
  await tx.execute(
    `UPDATE subscriptions.contract k
        SET auto_renew = p.auto_renew, renewal_months = p.renewal_months, notice_days = p.notice_days, overdue_policy = p.overdue_policy,
            suspended_billing = p.suspended_billing, pause_days_max = p.pause_days_max, upgrade_when = p.upgrade_when, downgrade_when = p.downgrade_when,
            trial_days = p.trial_days, payroll_allowed = p.payroll_allowed, overdue_grace_days = p.overdue_grace_days, renewal_due_on = p.renewal_due_on
       FROM unnest($1::uuid[], $2::bool[], $3::int[], $4::int[], $5::text[], $6::text[], $7::int[], $8::text[], $9::text[], $10::int[], $11::bool[], $12::int[], $13::date[])
         AS p (id, auto_renew, renewal_months, notice_days, overdue_policy, suspended_billing, pause_days_max, upgrade_when, downgrade_when, trial_days,
           payroll_allowed, overdue_grace_days, renewal_due_on)
      WHERE k.id = p.id`,
    [
      contracts.map(({ id }) => id),
      column(({ autoRenew }) => autoRenew),
      column(({ renewalMonths }) => renewalMonths),
      column(({ noticeDays }) => noticeDays),
      column(({ overduePolicy }) => overduePolicy),
      column(({ suspendedBilling }) => suspendedBilling),
      column(({ pauseDaysMax }) => pauseDaysMax),
      column(({ upgradeWhen }) => upgradeWhen),
      column(({ downgradeWhen }) => downgradeWhen),
      column(({ trialDays }) => trialDays),
      column(({ payrollAllowed }) => payrollAllowed),
      column(({ overdueGraceDays }) => overdueGraceDays),
      contracts.map(({ renewalDueOn }) => renewalDueOn),
    ],
  );
}

interface ComponentRow {
  readonly id: FeeComponentId;
  readonly kind: ComponentKind;
  readonly name: string;
  readonly timing: Timing;
  readonly targetId: FeeComponentId | null;
  readonly changes: readonly FeeChangeJson[] | null;
}

type TermsJson = Omit<AnyTerms, 'unitPriceMinor' | 'amountMinor' | 'tiers'> & {
  readonly unitPriceMinor?: string;
  readonly amountMinor?: string;
  readonly tiers?: readonly { upTo: number | null; unitPriceMinor: string; flatMinor: string }[];
};
interface FeeChangeJson {
  readonly seq: number;
  readonly on: LocalDate;
  readonly kind: FeeChange['kind'];
  readonly terms: TermsJson;
}

/** The components of a contract with their timelines. */
export async function componentsOf(reader: Reader, contractId: ContractId): Promise<AgreedComponent[]> {
  const rows = await reader.query<ComponentRow>(
    `SELECT f.id, f.kind, f.name, f.timing, f.target_id AS "targetId",
            (SELECT jsonb_agg(jsonb_build_object('seq', c.seq, 'on', c.effective_on, 'kind', c.kind, 'terms', jsonb_strip_nulls(jsonb_build_object(
                      'priceModel', c.price_model, 'measure', c.measure, 'counted', c.counted, 'costCentre', c.cost_centre, 'onDecrease', c.on_decrease,
                      'intervalMonths', c.interval_months, 'unitPriceMinor', c.unit_price_minor::text, 'packageSize', c.package_size,
                      'amountMinor', c.amount_minor::text, 'percent', c.percent::text, 'periods', c.periods, 'per', c.per,
                      'taxInclusive', c.tax_inclusive, 'taxCategory', c.tax_category, 'quantity', c.quantity))
                      || CASE WHEN c.tiers IS NULL THEN '{}' ELSE jsonb_build_object('tiers', c.tiers) END) ORDER BY c.seq)
               FROM subscriptions.fee_change c WHERE c.component_id = f.id) AS changes
       FROM subscriptions.fee_component f WHERE f.contract_id = $1 ORDER BY f.created_at, f.id`,
    [contractId],
  );
  return rows.map(({ changes, ...component }) => ({ ...component, changes: (changes ?? []).map((change) => feeChangeOf(component.kind, change)) }));
}

function feeChangeOf(kind: ComponentKind, { seq, on: effectiveOn, kind: change, terms }: FeeChangeJson): FeeChange {
  return change === 'end' ? { seq, effectiveOn, kind: change } : { seq, effectiveOn, kind: change, terms: termsOf(kind, terms) };
}

function termsOf(kind: ComponentKind, { unitPriceMinor, amountMinor, tiers, ...rest }: TermsJson): ComponentTerms {
  const absent = kind === 'access-fee' ? { costCentre: null } : kind === 'percent-discount' || kind === 'amount-discount' ? { periods: null } : {};
  return {
    ...absent,
    ...rest,
    ...(unitPriceMinor === undefined ? {} : { unitPriceMinor: BigInt(unitPriceMinor) }),
    ...(amountMinor === undefined ? {} : { amountMinor: BigInt(amountMinor) }),
    ...(tiers === undefined ? {} : { tiers: tiers.map(tierOf) }),
  } as ComponentTerms;
}

function tierOf({ upTo, unitPriceMinor, flatMinor }: { upTo: number | null; unitPriceMinor: string; flatMinor: string }): Tier {
  return { upTo, unitPriceMinor: BigInt(unitPriceMinor), flatMinor: BigInt(flatMinor) };
}
