// DraftContract: writes down a contract that owes nothing until it is activated.
import { Injectable } from '@nestjs/common';
import { anchorOn as checkedAnchor, CompanyId, ContractId, Currency, dayOfMonth, DomainError, IssuerId, LocalDate, timeZone } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId, Tx } from '@countinghouse/platform';
import { refuseNoReason } from '../domain/catalogue';
import { Timing } from '../domain/billing-cycle';
import { ContractChange } from '../domain/contract-timeline';
import { contractsBetweenClocks } from '../persistence/clock.queries';
import { ContractPolicies, updatePolicies } from '../persistence/contract.queries';
import { appendContractChanges, Unrecorded } from '../persistence/timeline.queries';
import { checkedPolicies, STANDARD_POLICIES } from './set-contract-policies';

export interface DraftContractInput {
  /** Unique; it stands in files. */
  readonly number: string;
  readonly issuerId: IssuerId;
  readonly companyId: CompanyId;
  readonly currency: Currency;
  /** The day on which it is to be activated. */
  readonly startsOn: LocalDate;
  /** The first day after its term; without it the term is open. */
  readonly termEndsOn?: LocalDate | null;
  readonly cycleMonths: number;
  /** The day of the month on which periods begin; that of `anchorOn`, or else of the first day, unless said otherwise. */
  readonly anchorDay?: number;
  /** A day in a month in which a period begins: 1 January for quarters of the calendar. The first day unless said otherwise. */
  readonly anchorOn?: LocalDate;
  /** The company's unless said otherwise. */
  readonly timeZone?: string;
  readonly enrolmentTiming?: Timing;
  readonly policies?: Partial<ContractPolicies>;
  readonly reason: string;
}

const NUMBER = /^[^\s].{0,38}[^\s]$|^[^\s]$/;

@Injectable()
export class DraftContract {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * Gives the contract's id.
   * @throws DomainError FORBIDDEN, REASON_MISSING, CONTRACT_NUMBER_INVALID, CONTRACT_NUMBER_TAKEN, ISSUER_NOT_FOUND, COMPANY_NOT_FOUND,
   * COMPANY_ON_ANOTHER_CLOCK, ANCHOR_INVALID, TIME_ZONE_UNKNOWN, TERM_ENDS_BEFORE_IT_STARTS, POLICY_INVALID
   */
  async execute(input: DraftContractInput, actor: Actor): Promise<ContractId> {
    authorise(actor, 'billing', input.issuerId);
    refuseNoReason(input.reason);
    const policies = checkedPolicies({ ...STANDARD_POLICIES, ...input.policies });
    const { number, issuerId, companyId, currency, enrolmentTiming = 'advance', reason } = input;
    if (!NUMBER.test(number)) {
      throw new DomainError('CONTRACT_NUMBER_INVALID', `${JSON.stringify(number.slice(0, 60))} is not a number for a contract.`, { field: 'number', remedy: 'Use 1 to 40 characters.' });
    }
    return this.database.transaction(async (tx) => {
      const company = await companyOf(tx, input);
      if ((await contractsBetweenClocks(tx, [input])).size > 0) throw companyOnAnotherClock('companyId', companyId);
      const id = newId<ContractId>();
      const added = await tx.execute(
        `INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency, enrolment_timing)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (number) DO NOTHING`,
        [id, number, issuerId, companyId, currency, enrolmentTiming],
      );
      if (added === 0) {
        throw new DomainError('CONTRACT_NUMBER_TAKEN', `There is a contract ${number} already.`, { field: 'number', value: number, remedy: 'Give another number, or amend that contract.' });
      }
      await appendContractChanges(tx, drafted(input, company.timeZone).map((change) => ({ contractId: id, change, reason })), actor.subject);
      await updatePolicies(tx, [{ id, policies, renewalDueOn: null }]);
      const change = { number, companyId, currency, startsOn: input.startsOn, termEndsOn: input.termEndsOn ?? null };
      await this.audit.record(tx, actor, [{ action: 'subscriptions.draft-contract', subjectType: 'contract', subjectId: id, issuerId, reason, change }]);
      return id;
    });
  }
}

async function companyOf(tx: Tx, { issuerId, companyId }: DraftContractInput): Promise<{ timeZone: string }> {
  const found = await tx.first<{ timeZone: string | null; issuer: boolean }>(
    `SELECT (SELECT time_zone FROM companies.company WHERE id = $2) AS "timeZone", EXISTS (SELECT FROM platform.issuer WHERE id = $1) AS issuer`,
    [issuerId, companyId],
  );
  if (!found?.issuer) throw new DomainError('ISSUER_NOT_FOUND', 'There is no such issuer.', { field: 'issuerId', value: issuerId, remedy: 'Correct the id.' });
  if (found.timeZone === null) throw new DomainError('COMPANY_NOT_FOUND', 'There is no such company.', { field: 'companyId', value: companyId, remedy: 'Correct the id.' });
  return { timeZone: found.timeZone };
}

/** What is said of a contract with a company that lives on another clock than the issuer, by a contract or by who pays for it. */
export function companyOnAnotherClock(field: string, value: string): DomainError {
  return new DomainError('COMPANY_ON_ANOTHER_CLOCK', 'The company, or somebody tied to it by payment, lives on another clock than the issuer.', {
    field, value, remedy: 'Choose an issuer on the same clock; what is tried out on a test clock has companies of its own.',
  });
}

/** Everything but the start, from the day on which it is to start. */
function drafted(input: DraftContractInput, zoneOfCompany: string): Unrecorded<ContractChange>[] {
  const { startsOn: effectiveOn, termEndsOn = null, cycleMonths, anchorOn = effectiveOn } = input;
  const anchorDay = input.anchorDay ?? dayOfMonth(anchorOn);
  checkedAnchor(anchorOn, cycleMonths, anchorDay);
  refuseBadCycle(cycleMonths);
  refuseShortTerm(effectiveOn, termEndsOn);
  return [
    { kind: 'cycle', effectiveOn, anchorDay, anchorOn, cycleMonths },
    { kind: 'zone', effectiveOn, timeZone: timeZone(input.timeZone ?? zoneOfCompany, 'timeZone') },
    { kind: 'term', effectiveOn, termEndsOn },
  ];
}

/** @throws DomainError ANCHOR_INVALID */
export function refuseBadCycle(cycleMonths: number): void {
  if (cycleMonths <= 120) return;
  throw new DomainError('ANCHOR_INVALID', `A billing cycle of ${cycleMonths} months is too long.`, { field: 'cycleMonths', value: String(cycleMonths), remedy: 'Give at most 120.' });
}

/** @throws DomainError TERM_ENDS_BEFORE_IT_STARTS */
export function refuseShortTerm(from: LocalDate, termEndsOn: LocalDate | null): void {
  if (termEndsOn === null || termEndsOn > from) return;
  const reason = `The term ends on ${termEndsOn}, but starts on ${from}.`;
  throw new DomainError('TERM_ENDS_BEFORE_IT_STARTS', reason, { field: 'termEndsOn', value: termEndsOn, remedy: 'Give the first day after the term.' });
}
