// PreviewBilling: what a billing run would put on the documents of a company and its members now; nothing stays of it.
import { Injectable } from '@nestjs/common';
import { CompanyId, Currency, DateRange, EnrolmentId, IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import { Actor, AppClock, authorise, Database, issuerDay, newId, ParkedItem, Tx } from '@countinghouse/platform';
import { BillingTerms, BillPayers, PreparedChunk } from './bill-payers';

export interface PreviewBillingInput {
  readonly issuerId: IssuerId;
  /** The company that is invoiced; what it pays for others is on its document. */
  readonly companyId: CompanyId;
  readonly through: LocalDate;
}

export interface PreviewedLine {
  readonly description: string;
  readonly quantity: string;
  readonly unitPriceMinor: bigint;
  readonly netMinor: bigint;
  readonly servicePeriod: DateRange;
}

export interface PreviewedTotals {
  readonly currency: Currency;
  readonly documents: number;
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
  readonly grossMinor: bigint;
}

export interface BillingPreview {
  readonly companyLines: readonly PreviewedLine[];
  /** By currency. */
  readonly company: readonly PreviewedTotals[];
  readonly members: readonly PreviewedTotals[];
  /** Who would not be billed, and why; at most a hundred. */
  readonly parked: readonly ParkedItem[];
}

const MEMBERS_AT_ONCE = 1000;
const PARKED_SHOWN = 100;

/** Thrown at the end of the transaction, so that all of it is rolled back; carries the answer out. */
class Previewed {
  constructor(readonly preview: BillingPreview) {}
}

@Injectable()
export class PreviewBilling {
  constructor(
    private readonly database: Database,
    private readonly billPayers: BillPayers,
    private readonly clock: AppClock,
  ) {}

  /**
   * Runs the very functions of the billing run in a transaction that is rolled back. No number is taken, so that nobody
   * who issues has to wait; who bills the same people at the same moment does wait.
   * @throws DomainError FORBIDDEN, ISSUER_NOT_FOUND
   */
  async execute(input: PreviewBillingInput, actor: Actor): Promise<BillingPreview> {
    authorise(actor, 'billing', input.issuerId);
    const nowMs = this.clock.now();
    try {
      return await this.database.transaction(async (tx): Promise<BillingPreview> => {
        throw new Previewed(await this.preview(tx, input, nowMs));
      });
    } catch (thrown) {
      if (thrown instanceof Previewed) return thrown.preview;
      throw thrown;
    }
  }

  private async preview(tx: Tx, { issuerId, companyId, through }: PreviewBillingInput, nowMs: number): Promise<BillingPreview> {
    const issuedOn = await issuerDay(tx, issuerId, nowMs);
    const terms: BillingTerms = { issuerId, through, issuedOn, runId: newId<RunId>() };
    const enrolmentIds = await enrolmentsPaidBy(tx, issuerId, companyId);
    const members: PreparedChunk[] = [];
    for (let at = 0; at < enrolmentIds.length; at += MEMBERS_AT_ONCE) {
      members.push(await this.billPayers.prepare(tx, { enrolmentIds: enrolmentIds.slice(at, at + MEMBERS_AT_ONCE) }, terms));
    }
    const company = await this.billPayers.prepare(tx, { companyIds: await companiesPaidBy(tx, companyId) }, terms);
    return {
      companyLines: company.payers.documents.flatMap((document) => document.assembled.lines.map(previewedLine)),
      company: totalsOf([company]),
      members: totalsOf(members),
      parked: [...company.parked, ...members.flatMap((chunk) => chunk.parked)].slice(0, PARKED_SHOWN),
    };
  }
}

/** The company and those it pays for, as a chunk of a run has them together. */
async function companiesPaidBy(tx: Tx, companyId: CompanyId): Promise<CompanyId[]> {
  const companies = await tx.query<{ id: CompanyId }>('SELECT id FROM companies.company WHERE id = $1 OR payer_id = $1 ORDER BY id', [companyId]);
  return companies.map((company) => company.id);
}

async function enrolmentsPaidBy(tx: Tx, issuerId: IssuerId, companyId: CompanyId): Promise<EnrolmentId[]> {
  const enrolments = await tx.query<{ id: EnrolmentId }>(
    `SELECT e.id FROM subscriptions.enrolment e
       JOIN subscriptions.contract k ON k.id = e.contract_id
       JOIN companies.company c ON c.id = k.company_id
      WHERE k.issuer_id = $1 AND coalesce(c.payer_id, c.id) = $2 ORDER BY e.member_id, e.id`,
    [issuerId, companyId],
  );
  return enrolments.map((enrolment) => enrolment.id);
}

function previewedLine({ owed, netMinor }: PreparedChunk['payers']['documents'][number]['assembled']['lines'][number]): PreviewedLine {
  const { description, quantity, unitPriceMinor, servicePeriod } = owed;
  return { description, quantity, unitPriceMinor, netMinor, servicePeriod };
}

function totalsOf(chunks: readonly PreparedChunk[]): PreviewedTotals[] {
  const totals = new Map<Currency, PreviewedTotals>();
  for (const { currency, assembled } of chunks.flatMap((chunk) => chunk.payers.documents)) {
    const sum = totals.get(currency) ?? { currency, documents: 0, netMinor: 0n, taxMinor: 0n, grossMinor: 0n };
    totals.set(currency, {
      currency,
      documents: sum.documents + 1,
      netMinor: sum.netMinor + assembled.netMinor,
      taxMinor: sum.taxMinor + assembled.taxMinor,
      grossMinor: sum.grossMinor + assembled.grossMinor,
    });
  }
  return [...totals.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
