// PreviewBilling: what a billing run would put on the documents of companies and their members; nothing stays of it.
import { Injectable } from '@nestjs/common';
import { CompanyId, Currency, DateRange, Decimal, EnrolmentId, IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import { Actor, Database, ParkedItem, Tx } from '@countinghouse/platform';
import { Proposal, ApplyProposals, EnrolmentOfMember, LineCharge, PreviewChunk, Subscriptions } from '@countinghouse/subscriptions';
import { Stream } from '../domain/document-number';
import { DocumentToIssue } from '../domain/documents-to-issue';
import { BillPayers, BillingTerms, Line, PreparedChunk, sums } from './bill-payers';

export interface PreviewTerms {
  readonly issuerId: IssuerId;
  readonly through: LocalDate;
  /** The day on which it would be billed: its documents' date, which decides rates of tax. */
  readonly issuedOn: LocalDate;
  readonly runId: RunId;
  /** What is proposed, in order: it is done first, and rolled back with all the rest. */
  readonly proposals: readonly Proposal[];
}

export interface PreviewedLine {
  readonly lineNo: number;
  readonly description: string;
  readonly contractId: string;
  readonly companyId: string;
  readonly quantity: string;
  readonly unitPriceMinor: bigint;
  readonly netMinor: bigint;
  readonly taxCategory: string;
  readonly taxRate: Decimal;
  readonly servicePeriod: DateRange;
  readonly chargeCount: number;
  /** The first of them. */
  readonly charges: readonly LineCharge[];
}

export interface PreviewedDocument {
  readonly payerType: Stream;
  readonly payerId: string;
  /** The payer, or the company where the member works. */
  readonly companyId: CompanyId;
  readonly currency: Currency;
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
  readonly grossMinor: bigint;
  readonly lineCount: number;
  readonly lines: readonly PreviewedLine[];
}

export interface PreviewedChunk {
  readonly documents: readonly PreviewedDocument[];
  readonly parked: readonly ParkedItem[];
  /** As the result of a billing run: counts and sums by stream and currency, and `linesLeftOut`. */
  readonly result: Readonly<Record<string, bigint>>;
}

const ENROLMENTS_AT_ONCE = 1000;
/** Beyond this many lines a chunk shows documents without lines; it takes a company of thousands of contracts, or of tens of thousands of members. */
const LINES_SHOWN = 20_000;

@Injectable()
export class PreviewBilling {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
    private readonly proposals: ApplyProposals,
    private readonly billPayers: BillPayers,
  ) {}

  /**
   * Runs the very functions of the billing run in a transaction that is rolled back, over companies that hold all whom each
   * payer among them pays for. No number is taken, so that nobody who issues has to wait; who bills the same people at the same
   * moment does wait.
   * @param withMembers whether members' documents are given one by one, or only added up
   * @throws DomainError those of the proposals
   */
  async execute({ companyIds, askedIds }: PreviewChunk, terms: PreviewTerms, actor: Actor, withMembers: boolean): Promise<PreviewedChunk> {
    return this.database.rehearse(async (tx) => {
      const chunk = new Gathering(new Set(askedIds));
      const billing: BillingTerms = { ...terms, explained: true };
      await this.proposals.execute(terms.proposals, actor);
      for (const enrolmentIds of wholeMembers(await this.subscriptions.enrolmentsOf(tx, terms.issuerId, companyIds))) {
        const members = await this.billPayers.prepare(tx, { enrolmentIds }, { ...billing, explained: withMembers });
        await this.gather(tx, chunk, members, 'member', withMembers);
      }
      await this.gather(tx, chunk, await this.billPayers.prepare(tx, { companyIds }, billing), 'company', true);
      return chunk;
    });
  }

  private async gather(tx: Tx, chunk: Gathering, prepared: PreparedChunk, stream: Stream, kept: boolean): Promise<void> {
    const documents = chunk.count(stream, prepared);
    if (!kept) return;
    const shown = documents.map((document) => ({ document, isShown: chunk.hasRoomFor(document.assembled.lines.length) }));
    const ids = shown.flatMap(({ document, isShown }) => (isShown ? document.assembled.lines.flatMap(({ owed }) => owed.chargeIds ?? []) : []));
    const charges = new Map((await this.subscriptions.charges(tx, ids)).map((charge) => [charge.id, charge]));
    for (const { document, isShown } of shown) chunk.documents.push(previewed(document, prepared, isShown ? charges : undefined));
  }
}

/** What a chunk has come to so far. */
class Gathering implements PreviewedChunk {
  readonly documents: PreviewedDocument[] = [];
  readonly parked: ParkedItem[] = [];
  readonly result: Record<string, bigint> = {};
  private lines = 0;

  constructor(private readonly askedIds: ReadonlySet<CompanyId>) {}

  /** Gives the documents that are asked for: only these are counted. */
  count(stream: Stream, { charges, parked, buyers, payers }: PreparedChunk): DocumentToIssue<Line>[] {
    const documents = payers.documents.filter(({ payerId }) => this.askedIds.has(buyers.get(payerId)!.companyId));
    this.parked.push(...parked);
    const figures = { charges, carriedOver: payers.carriedOver, ...sums(stream, documents) };
    for (const [key, n] of Object.entries(figures)) this.result[key] = (this.result[key] ?? 0n) + BigInt(n);
    return documents;
  }

  hasRoomFor(lines: number): boolean {
    const fits = this.lines + lines <= LINES_SHOWN;
    if (fits) this.lines += lines;
    else this.result['linesLeftOut'] = (this.result['linesLeftOut'] ?? 0n) + BigInt(lines);
    return fits;
  }
}

/** In the order of members, about so many at once, and never a member in two sets: their documents hold all that they owe. */
function wholeMembers(enrolments: readonly EnrolmentOfMember[]): EnrolmentId[][] {
  const sets: EnrolmentId[][] = [];
  let last: EnrolmentOfMember | undefined;
  for (const enrolment of enrolments) {
    const set = sets[sets.length - 1];
    if (set === undefined || (set.length >= ENROLMENTS_AT_ONCE && last?.memberId !== enrolment.memberId)) sets.push([enrolment.id]);
    else set.push(enrolment.id);
    last = enrolment;
  }
  return sets;
}

function previewed(
  { payerType, payerId, currency, assembled }: DocumentToIssue<Line>,
  { buyers }: PreparedChunk,
  charges: ReadonlyMap<bigint, LineCharge> | undefined,
): PreviewedDocument {
  const { netMinor, taxMinor, grossMinor, lines } = assembled;
  return {
    payerType, payerId, currency, netMinor, taxMinor, grossMinor,
    companyId: buyers.get(payerId)!.companyId,
    lineCount: lines.length,
    lines: charges === undefined ? [] : lines.map((line) => previewedLine(line, charges)),
  };
}

function previewedLine({ lineNo, owed, netMinor, tax }: DocumentToIssue<Line>['assembled']['lines'][number], charges: ReadonlyMap<bigint, LineCharge>): PreviewedLine {
  const { description, contractId, companyId, quantity, unitPriceMinor, servicePeriod, chargeCount, chargeIds } = owed;
  return {
    lineNo, description, contractId, companyId, quantity, unitPriceMinor, netMinor, servicePeriod, chargeCount,
    taxCategory: tax.category,
    taxRate: tax.rate,
    charges: (chargeIds ?? []).map((id) => charges.get(id)!),
  };
}
