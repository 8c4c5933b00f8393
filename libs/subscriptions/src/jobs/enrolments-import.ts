// The import of enrolments: a file of new ones and of other ends of known ones; one row for each person and contract.
import { Injectable } from '@nestjs/common';
import { addDays, ContractId, EnrolmentId, LocalDate, MemberId, minDate, PlanId, timeZone } from '@countinghouse/kernel';
import {
  AppClock, ImportColumns, ImportHandler, ImportKind, ImportRow, ImportRun, newId, OpenPeriods, periodClosed, Reader, Rejection, rejection, rejectionOf, RowOf, Tx,
} from '@countinghouse/platform';
import { Answer, answerTo, EnrolmentOnRecord } from '../domain/enrolment-request';
import { LEAVING, NewEnrolmentChange } from '../domain/enrolment-acts';
import {
  addEnrolments, Catalogue, catalogueOf, ContractOnRecord, contractsByNumber, enrolmentsOf, lockContractsByNumber, memberKey,
  membersByEmployeeId, startedBy,
} from '../persistence/import.queries';
import { RecordEnrolmentChanges } from '../use-cases/record-enrolment-changes';

const COLUMNS = {
  contract_number: { type: 'text', required: true, max: 40 },
  employee_id: { type: 'text', required: true, max: 60 },
  plan_code: { type: 'text', required: true, max: 40 },
  starts_on: { type: 'date', required: true },
  ends_on: { type: 'date' },
  trial_days: { type: 'int', min: 0, max: 366 },
  asked_by: { type: 'enum', values: ['payroll', 'card'] },
} as const satisfies ImportColumns;
type Row = RowOf<typeof COLUMNS>;

/** A row whose names are found, with what it means beside what is on record. */
interface Request {
  readonly row: Row;
  readonly contract: ContractOnRecord;
  readonly memberId: MemberId;
  readonly planId: PlanId;
  readonly answer: Answer<EnrolmentId>;
}

@Injectable()
@ImportKind({ kind: 'subscriptions.enrolments', queue: 'subscriptions', columns: COLUMNS, key: ['contract_number', 'employee_id'] })
export class EnrolmentsImport extends ImportHandler<Row> {
  constructor(
    private readonly openPeriods: OpenPeriods,
    private readonly recordChanges: RecordEnrolmentChanges,
    private readonly clock: AppClock,
  ) {
    super();
  }

  async check(reader: Reader, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Rejection[]> {
    const requests = await this.requestsOf(reader, rows, run);
    return requests.filter((request) => 'code' in request);
  }

  /** Enrolments of a contract are added under its lock, and looked at again under it, so that two files cannot overlap. */
  async apply(tx: Tx, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Record<string, number>> {
    await lockContractsByNumber(tx, [...new Set(rows.map(({ values }) => values.contract_number))]);
    const requests = (await this.requestsOf(tx, rows, run)).map((request) => {
      if ('code' in request) throw new Error(`line ${request.line} was accepted, and is refused now: ${request.reason}`);
      return request;
    });
    const added = requests.filter(({ answer }) => answer.kind === 'new').map((request) => ({ ...request, id: newId<EnrolmentId>() }));
    await addEnrolments(tx, added.map(({ id, contract, memberId, planId }) => ({ id, contractId: contract.id, memberId, planId })));
    const today = this.clock.today(timeZone('UTC'));
    const begun = added.map(({ id, row, memberId, planId }) => ({ enrolmentId: id, memberId, changes: timelineOf(row, planId), today }));
    const changed = requests.flatMap(({ answer, memberId }) => (answer.kind === 'changed' ? [{ enrolmentId: answer.id, memberId, changes: answer.changes, today }] : []));
    const origin = { by: await startedBy(tx, run.id), reason: `import of ${run.input.fileName}` };
    await this.recordChanges.execute(tx, [...begun, ...changed], origin);
    return { added: added.length, changed: changed.length, unchanged: rows.length - added.length - changed.length };
  }

  /** Each row as a request, or as the reason why it is refused. A constant number of statements. */
  private async requestsOf(reader: Reader, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<(Request | Rejection)[]> {
    const contracts = await contractsByNumber(reader, [...new Set(rows.map(({ values }) => values.contract_number))]);
    const currencies = [...new Set([...contracts.values()].map(({ currency }) => currency))];
    const catalogue = await catalogueOf(reader, [...new Set(rows.map(({ values }) => values.plan_code))], currencies);
    const openFrom = await this.openPeriods.firstOpenDays(reader, [...new Set([...contracts.values()].map(({ issuerId }) => issuerId))]);
    const asked = rows.flatMap(({ values }) => {
      const companyId = contracts.get(values.contract_number)?.companyId;
      return companyId === undefined ? [] : [{ companyId, employeeId: values.employee_id }];
    });
    const members = await membersByEmployeeId(reader, asked);
    const named = rows.map((row) => nameParts(row, contracts, members, catalogue));
    const onRecord = await enrolmentsByHolder(reader, named.flatMap((one) => ('code' in one ? [] : [one])));
    const endIsStated = run.input.columns.includes('ends_on');
    return named.map((one): Request | Rejection => {
      if ('code' in one) return one;
      const { line, values: row, contract, memberId, planId } = one;
      const there = onRecord.get(holderKey(contract.id, memberId, one.productId)) ?? [];
      const answer = answerTo({ start: row.starts_on, end: row.ends_on, planId }, endIsStated, there);
      if (answer.kind === 'overlaps') return overlapping(line, row, answer.stretch);
      return inClosedPeriod(line, row, answer, openFrom.get(contract.issuerId)) ?? { row, contract, memberId, planId, answer };
    });
  }
}

function timelineOf(row: Row, planId: PlanId): NewEnrolmentChange[] {
  const { starts_on: startsOn, ends_on: endsOn, trial_days: trialDays, asked_by: askedBy } = row;
  return [
    { kind: 'start', effectiveOn: startsOn, planId },
    ...(trialDays ? [{ kind: 'trial', effectiveOn: startsOn } as const, { kind: 'trial-end', effectiveOn: addDays(startsOn, trialDays) } as const] : []),
    ...(askedBy === 'payroll' ? [{ kind: 'payroll', effectiveOn: startsOn } as const] : []),
    ...(endsOn === null ? [] : [{ kind: 'end', effectiveOn: endsOn } as const]),
  ];
}

type Named = ImportRow<Row> & { readonly contract: ContractOnRecord; readonly memberId: MemberId; readonly planId: PlanId; readonly productId: string };

/** What the row names, or the first reason why it cannot be. */
function nameParts(
  { line, values: row }: ImportRow<Row>,
  contracts: ReadonlyMap<string, ContractOnRecord>,
  members: ReadonlyMap<string, MemberId>,
  catalogue: Catalogue,
): Named | Rejection {
  const contract = contracts.get(row.contract_number);
  if (contract === undefined) return refused(line, 'contract_number', row.contract_number, 'CONTRACT_UNKNOWN', `There is no contract ${row.contract_number}.`);
  const memberId = members.get(memberKey({ companyId: contract.companyId, employeeId: row.employee_id }));
  if (memberId === undefined) {
    return refused(line, 'employee_id', row.employee_id, 'MEMBER_UNKNOWN', `The company of contract ${contract.number} has no member ${row.employee_id}.`);
  }
  const plan = catalogue.plan(row.plan_code);
  if (plan === undefined) return refused(line, 'plan_code', row.plan_code, 'PLAN_UNKNOWN', `There is no plan ${row.plan_code}.`);
  const { id: planId, productId } = plan;
  if (plan.retiredFrom !== null && row.starts_on >= plan.retiredFrom) {
    const reason = `The plan ${row.plan_code} is offered to nobody from ${plan.retiredFrom} on.`;
    return refused(line, 'plan_code', row.plan_code, 'PLAN_RETIRED', reason, 'Give another plan.');
  }
  if (row.asked_by === 'payroll' && !contract.payrollAllowed) {
    return refused(line, 'asked_by', 'payroll', 'PAYROLL_NOT_ALLOWED', `The contract ${contract.number} has no payroll option.`, 'Agree it in the contract first.');
  }
  if (!catalogue.prices(planId, contract.currency).some(({ effectiveFrom }) => effectiveFrom <= row.starts_on)) {
    const reason = `The plan ${row.plan_code} has no price in ${contract.currency} on ${row.starts_on}.`;
    return refused(line, 'plan_code', row.plan_code, 'PRICE_MISSING', reason, `Publish a price in ${contract.currency} first.`);
  }
  return daysRefused(line, row, contract) ?? { line, values: row, contract, memberId, planId, productId };
}

function daysRefused(line: number, row: Row, contract: ContractOnRecord): Rejection | undefined {
  if (row.ends_on !== null && row.ends_on <= row.starts_on) {
    const reason = `The enrolment ends on ${row.ends_on}, but starts on ${row.starts_on}.`;
    return refused(line, 'ends_on', row.ends_on, 'ENROLMENT_ENDS_BEFORE_IT_STARTS', reason, 'Give the first day that is no longer enrolled.');
  }
  if (contract.startsOn === null) {
    const reason = `The contract ${contract.number} has not been activated.`;
    return refused(line, 'contract_number', contract.number, 'CONTRACT_NOT_ACTIVE', reason, 'Activate it first.');
  }
  if (row.starts_on < contract.startsOn || (contract.endsOn !== null && row.starts_on >= contract.endsOn)) {
    const term = contract.endsOn === null ? `starts on ${contract.startsOn}` : `runs from ${contract.startsOn} up to ${contract.endsOn}`;
    return refused(line, 'starts_on', row.starts_on, 'ENROLMENT_OUTSIDE_CONTRACT', `The contract ${contract.number} ${term}.`, 'Give a day within the contract.');
  }
  return undefined;
}

async function enrolmentsByHolder(reader: Reader, named: readonly Named[]): Promise<Map<string, EnrolmentOnRecord<EnrolmentId>[]>> {
  const byHolder = new Map<string, EnrolmentOnRecord<EnrolmentId>[]>();
  for (const { id, contractId, memberId, productId, changes } of await enrolmentsOf(reader, named.map(({ contract, memberId }) => ({ contractId: contract.id, memberId })))) {
    const key = holderKey(contractId, memberId, productId);
    byHolder.set(key, [...(byHolder.get(key) ?? []), { id, changes: changes.filter(({ recordedBy }) => recordedBy !== LEAVING) }]);
  }
  return byHolder;
}

function holderKey(contractId: ContractId, memberId: MemberId, productId: string): string {
  return `${contractId} ${memberId} ${productId}`;
}

/** The first day that the row changes, when it lies in a closed period. */
function inClosedPeriod(line: number, row: Row, answer: Answer<EnrolmentId>, openFrom: LocalDate | undefined): Rejection | undefined {
  const first = answer.kind === 'new' ? row.starts_on : answer.kind === 'changed' ? answer.changes.map(({ effectiveOn }) => effectiveOn).reduce(minDate) : undefined;
  if (openFrom === undefined || first === undefined || first >= openFrom) return undefined;
  const column = answer.kind === 'new' ? 'starts_on' : 'ends_on';
  return rejectionOf(periodClosed(first, openFrom, column), { line, column, value: row[column] ?? '' });
}

function overlapping(line: number, row: Row, { start, end }: { start: string; end: string | null }): Rejection {
  const term = end === null ? `from ${start} on` : `from ${start} up to ${end}`;
  // Without the employee id, which would stay in these words when the person is erased.
  const reason = `The member holds a plan under contract ${row.contract_number} ${term}.`;
  return refused(line, 'starts_on', row.starts_on, 'ENROLMENT_OVERLAPS', reason, 'End the other enrolment first, or start when it has ended.');
}

function refused(
  line: number,
  column: keyof Row & string,
  value: string,
  code: string,
  reason: string,
  remedy = 'Correct it, or add what it names first.',
): Rejection {
  return rejection({ line, column, value, code, reason, remedy });
}
