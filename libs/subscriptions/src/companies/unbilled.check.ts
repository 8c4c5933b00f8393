// A company that is still to be billed is not closed: whoever closes it has settled with it.
import { Injectable } from '@nestjs/common';
import { CheckedMove, CompanyObstacle, CompanyStatusCheck, CompanyStatusCheckProvider } from '@countinghouse/companies';
import type { CompanyId, ContractId, EnrolmentId, LocalDate } from '@countinghouse/kernel';
import { groupedBy, type ParkedItem, type Reader } from '@countinghouse/platform';
import { Rating } from '../use-cases/rating';

/** Enrolments that are rated at once. */
const ENROLMENTS_AT_ONCE = 5_000;

interface EndedContract {
  readonly id: ContractId;
  /** The issuer's day. */
  readonly day: LocalDate;
}

/** What companies would be billed by the next run: in minor units, by issuer and currency. */
class Outstanding {
  private readonly sums = new Map<CompanyId, Map<string, bigint>>();
  private readonly unrated = new Set<CompanyId>();

  addUnrated(companyId: CompanyId): void {
    this.unrated.add(companyId);
  }

  add(payerId: CompanyId, issuerId: string, currency: string, minor: bigint): void {
    const ofCompany = this.sums.get(payerId) ?? new Map<string, bigint>();
    this.sums.set(payerId, ofCompany);
    const key = `${issuerId} ${currency}`;
    ofCompany.set(key, (ofCompany.get(key) ?? 0n) + minor);
  }

  /** In figures only: whoever asks may not see the contracts of every issuer. */
  of(companyId: CompanyId): CompanyObstacle[] {
    if (this.unrated.has(companyId)) return [{ companyId, severity: 'refuses', detail: 'Something of its contracts cannot be rated.', remedy: 'Preview its billing, and mend what is told there.' }];
    const sums = [...(this.sums.get(companyId)?.values() ?? [])];
    if (sums.some((minor) => minor > 0n)) return [{ companyId, severity: 'refuses', detail: 'Something is still to be billed.', remedy: 'Bill what its contracts have come to first.' }];
    if (sums.some((minor) => minor < 0n)) {
      return [{ companyId, severity: 'warns', detail: 'A credit is left that no invoice will net.', remedy: 'Credit an invoice of the past with it, if it is to be paid out.' }];
    }
    return [];
  }
}

@Injectable()
@CompanyStatusCheckProvider()
export class Unbilled implements CompanyStatusCheck {
  readonly name = 'unbilled';

  constructor(private readonly rating: Rating) {}

  /** Contracts that run stand in the way themselves; those that have ended are rated up to today, as the next billing run will. */
  async check(reader: Reader, companyIds: readonly CompanyId[], move: CheckedMove, at: Date): Promise<CompanyObstacle[]> {
    if (move !== 'close' || companyIds.length === 0) return [];
    const outstanding = new Outstanding();
    for (const { payerId, issuerId, currency, minor } of await unbilledOf(reader, companyIds)) outstanding.add(payerId, issuerId, currency, minor);
    for (const [through, ended] of groupedBy(await endedContractsOf(reader, companyIds, at), 'day')) {
      await this.rate(reader, ended.map(({ id }) => id), through as LocalDate, outstanding);
    }
    return companyIds.flatMap((companyId) => outstanding.of(companyId));
  }

  private async rate(reader: Reader, contractIds: readonly ContractId[], through: LocalDate, outstanding: Outstanding): Promise<void> {
    await this.addRated(reader, { contractIds, through }, outstanding);
    for (let after: EnrolmentId | undefined; ; ) {
      const enrolments = await reader.query<{ id: EnrolmentId }>(
        `SELECT id FROM subscriptions.enrolment WHERE contract_id = ANY ($1::uuid[]) AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT ${ENROLMENTS_AT_ONCE}`,
        [contractIds, after ?? null],
      );
      await this.addRated(reader, { enrolmentIds: enrolments.map(({ id }) => id), through }, outstanding);
      if (enrolments.length < ENROLMENTS_AT_ONCE) return;
      after = enrolments.at(-1)!.id;
    }
  }

  private async addRated(reader: Reader, input: Parameters<Rating['difference']>[1], outstanding: Outstanding): Promise<void> {
    const { charges, parked } = await this.rating.difference(reader, input);
    for (const { component, charge } of charges) {
      if (charge.payer.type === 'company') outstanding.add(charge.payer.id as CompanyId, component.issuerId, component.currency, charge.amountMinor);
    }
    for (const companyId of await companiesOf(reader, parked)) outstanding.addUnrated(companyId);
  }
}

async function unbilledOf(reader: Reader, companyIds: readonly CompanyId[]) {
  return reader.query<{ payerId: CompanyId; issuerId: string; currency: string; minor: bigint }>(
    `SELECT payer_id AS "payerId", issuer_id AS "issuerId", currency, sum(amount_minor)::bigint AS minor FROM subscriptions.charge
      WHERE document_id IS NULL AND payer_type = 'company' AND payer_id = ANY ($1::uuid[]) GROUP BY 1, 2, 3`,
    [companyIds],
  );
}

/** Whose contracts and enrolments they are; parked items are called 'contract …' and 'enrolment …'. */
async function companiesOf(reader: Reader, parked: readonly ParkedItem[]): Promise<CompanyId[]> {
  if (parked.length === 0) return [];
  const rows = await reader.query<{ id: CompanyId }>(
    `SELECT k.company_id AS id FROM subscriptions.contract k WHERE k.id = ANY ($1::uuid[])
     UNION SELECT k.company_id FROM subscriptions.enrolment e JOIN subscriptions.contract k ON k.id = e.contract_id WHERE e.id = ANY ($1::uuid[])`,
    [parked.map(({ item }) => item.split(' ')[1])],
  );
  return rows.map(({ id }) => id);
}

async function endedContractsOf(reader: Reader, companyIds: readonly CompanyId[], at: Date): Promise<EndedContract[]> {
  return reader.query<EndedContract>(
    `SELECT k.id, today.day
       FROM subscriptions.contract k JOIN platform.issuer i ON i.id = k.issuer_id
      CROSS JOIN LATERAL (SELECT (coalesce(i.test_clock_at, $2::timestamptz) AT TIME ZONE i.time_zone)::date AS day) AS today
      CROSS JOIN LATERAL subscriptions.contract_state_of(k.id, today.day) AS s
      WHERE k.company_id = ANY ($1::uuid[]) AND s.life NOT IN ('upcoming', 'running') ORDER BY k.id`,
    [companyIds, at],
  );
}
