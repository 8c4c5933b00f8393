// BillPayers: one chunk of a billing run, in one transaction: rate, collect what is unbilled, assemble, number, post, tell.
import { Injectable } from '@nestjs/common';
import { Books } from '@countinghouse/accounting';
import { Companies, dueDate } from '@countinghouse/companies';
import { event, InvoiceFinalised, InvoiceFinalisedFact } from '@countinghouse/contracts';
import { CompanyId, ContractId, decimalToString, DomainError, EnrolmentId, InvoiceId, IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import { ChunkOutcome, newId, Outbox, ParkedItem, Tx } from '@countinghouse/platform';
import { Subscriptions, UnbilledLine } from '@countinghouse/subscriptions';
import { Stream } from '../domain/document-number';
import { DocumentToIssue, documentsToIssue, DocumentsToIssue, PayerLine } from '../domain/documents-to-issue';
import { TaxedBuyer } from '../domain/tax';
import { findIssuer, FinalInvoice, insertInvoices, LineOrigin, takeNumbers } from '../persistence/invoice.queries';
import { Buyer, buyersOf } from './buyers';
import { seriesNotOpen } from './start-billing-run';

/** Members by their enrolments, or companies. */
export type BilledTogether = { readonly enrolmentIds: readonly EnrolmentId[] } | { readonly companyIds: readonly CompanyId[] };

export interface BillingTerms {
  readonly issuerId: IssuerId;
  readonly through: LocalDate;
  readonly issuedOn: LocalDate;
  readonly runId: RunId;
  /** Whether lines name their first charges: a preview explains them. */
  readonly explained?: boolean;
}

export type Line = PayerLine & LineOrigin & Pick<UnbilledLine, 'chargeIds'>;

/** A chunk that is rated and assembled, and has no numbers yet. */
export interface PreparedChunk {
  readonly charges: number;
  /** Whose tax stands on the documents. */
  readonly issuerCountry: string;
  readonly payers: DocumentsToIssue<Line>;
  readonly buyers: ReadonlyMap<string, Buyer>;
  readonly parked: readonly ParkedItem[];
}

@Injectable()
export class BillPayers {
  constructor(
    private readonly companies: Companies,
    private readonly subscriptions: Subscriptions,
    private readonly books: Books,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Bills a chunk. The number of statements does not depend on how many payers it has. Whoever cannot be billed is
   * parked: the charges are made and stay unbilled, and the next run takes them up.
   * @throws DomainError SERIES_NOT_OPEN
   */
  async execute(tx: Tx, chunk: BilledTogether, terms: BillingTerms): Promise<ChunkOutcome> {
    const prepared = await this.prepare(tx, chunk, terms);
    const { charges, parked } = prepared;
    const { documents, carriedOver } = prepared.payers;
    if (documents.length > 0) await this.issue(tx, streamOf(chunk), prepared, terms);
    return { parked, result: { charges, carriedOver, ...sums(streamOf(chunk), documents) } };
  }

  /**
   * Everything short of the documents themselves. It locks what it rates first of all; so of two runs over the same payers
   * the second waits here, then finds the first one's charges on record and nothing left to bill. Then it holds the companies
   * it bills: one that is being closed at the same moment is either closed and gets no document, or has an open one and stays.
   */
  async prepare(tx: Tx, chunk: BilledTogether, terms: BillingTerms): Promise<PreparedChunk> {
    const { issuerId, issuedOn, explained = false } = terms;
    const stream = streamOf(chunk);
    const rated = await this.rate(tx, chunk, terms);
    const payerIds = await payersOf(tx, chunk);
    const unbilled = await this.subscriptions.unbilled(tx, payerIds.map((id) => ({ type: stream, id })), issuerId, { withCharges: explained });
    const closed = stream === 'company' ? await this.companies.closedAmong(tx, [...new Set(unbilled.map(({ payerId }) => payerId as CompanyId))]) : new Map<string, string>();
    const issuer = await findIssuer(tx, issuerId);
    const buyers = await buyersOf(tx, this.companies, stream, [...new Set(unbilled.flatMap((line) => [line.payerId, line.companyId]))], issuedOn);
    const lines = unbilled.map((line) => payerLine(line, buyers));
    const payers = documentsToIssue(issuer.country, issuedOn, lines, (payerId) => companyClosed(closed.get(payerId as CompanyId)) ?? taxedBuyer(stream, buyers.get(payerId)));
    const waiting = payers.waiting.map(({ payerType, payerId, reason }) => ({
      item: `${payerType} ${payerId}`,
      code: reason.code,
      reason: `${reason.message} ${reason.remedy ?? ''}`.trim(),
    }));
    return { charges: rated.charges, issuerCountry: issuer.country, payers, buyers, parked: [...rated.parked, ...waiting] };
  }

  private async rate(tx: Tx, chunk: BilledTogether, { through, runId, issuerId }: BillingTerms): Promise<{ charges: number; parked: ParkedItem[] }> {
    if ('enrolmentIds' in chunk) return this.subscriptions.chargeDifference(tx, { enrolmentIds: chunk.enrolmentIds, through, runId });
    const contractIds = await contractsOf(tx, issuerId, chunk.companyIds);
    return this.subscriptions.chargeDifference(tx, { contractIds, through, runId });
  }

  /** Numbers come last before the inserts that need them: from then on until the commit, nobody else of the stream issues. */
  private async issue(
    tx: Tx,
    stream: Stream,
    { payers, buyers, issuerCountry }: PreparedChunk,
    { issuerId, issuedOn, runId }: BillingTerms,
  ): Promise<void> {
    const { documents } = payers;
    const identified = documents.map((document) => ({ ...document, id: newId<InvoiceId>() }));
    await this.subscriptions.assignDocument(
      tx,
      identified.map(({ id, payerType, payerId, currency }) => ({ documentId: id, payerType, payerId, currency, issuerId })),
    );
    const numbers = await takeNumbers(tx, { issuerId, documentType: 'invoice', stream }, documents.length, issuedOn);
    if (!numbers) throw seriesNotOpen([stream], issuedOn);
    const invoices = identified.map((document, index): FinalInvoice<Line> => {
      const buyer = buyers.get(document.payerId)!;
      const sequence = numbers.first + BigInt(index);
      return {
        ...document,
        issuerId,
        runId,
        companyId: buyer.companyId,
        buyer: buyer.snapshot,
        seriesId: numbers.seriesId,
        sequence,
        number: `${numbers.prefix}${sequence}`,
        issuedOn: numbers.issuedOn,
        dueOn: dueDate(numbers.issuedOn, buyer.terms),
        finalisedAt: numbers.finalisedAt,
      };
    });
    await insertInvoices(tx, invoices);
    await this.books.record(tx, invoices.map((invoice) => finalisedFact(invoice, issuerCountry)));
    await this.outbox.append(tx, invoices.map(finalisedEvent));
  }
}

function streamOf(chunk: BilledTogether): Stream {
  return 'enrolmentIds' in chunk ? 'member' : 'company';
}

async function payersOf(tx: Tx, chunk: BilledTogether): Promise<readonly string[]> {
  if ('companyIds' in chunk) return chunk.companyIds;
  const members = await tx.query<{ id: string }>('SELECT DISTINCT member_id AS id FROM subscriptions.enrolment WHERE id = ANY ($1)', [
    chunk.enrolmentIds,
  ]);
  return members.map((member) => member.id);
}

async function contractsOf(tx: Tx, issuerId: IssuerId, companyIds: readonly CompanyId[]): Promise<ContractId[]> {
  const contracts = await tx.query<{ id: ContractId }>('SELECT id FROM subscriptions.contract WHERE issuer_id = $1 AND company_id = ANY ($2)', [
    issuerId,
    companyIds,
  ]);
  return contracts.map((contract) => contract.id);
}

/** A line about the people of another company than the payer says whose they are. */
function payerLine(line: UnbilledLine, buyers: ReadonlyMap<string, Buyer>): Line {
  const { payerType, payerId, companyId, contractId, currency, unitPriceMinor, taxInclusive, servicePeriod, chargeCount } = line;
  const ofAnother = payerType === 'company' && companyId !== payerId;
  const description = ofAnother ? `${String(buyers.get(companyId)?.snapshot['name'])}: ${line.description}` : line.description;
  return {
    payerType, payerId, companyId, contractId, currency, description, unitPriceMinor, taxInclusive, servicePeriod, chargeCount,
    ...(line.chargeIds && { chargeIds: line.chargeIds }),
    quantity: String(line.quantity),
    listedMinor: line.amountMinor,
    product: line.taxCategory,
  };
}

/** Who closed a company has settled with it; what is owed after all is told, and billed once it is open again. */
function companyClosed(number: string | undefined): DomainError | undefined {
  if (number === undefined) return undefined;
  return new DomainError('COMPANY_CLOSED', `The company ${number} is closed and gets no more documents.`, { field: 'payerId', value: number, remedy: 'Reopen it to bill what it owes.' });
}

function taxedBuyer(stream: Stream, buyer: Buyer | undefined): TaxedBuyer | undefined {
  if (!buyer || stream === 'member') return buyer && { kind: 'member' };
  return { kind: 'company', country: buyer.country, vatStatus: buyer.vatStatus, taxId: buyer.taxId };
}

/** What documents come to, by stream and currency, as the result of a run says it. */
export function sums(stream: Stream, documents: readonly DocumentToIssue[]): Record<string, bigint | number> {
  const result: Record<string, bigint | number> = { [`${stream}Invoices`]: documents.length };
  const add = (key: string, amount: bigint) => (result[key] = BigInt(result[key] ?? 0) + amount);
  for (const { currency, assembled } of documents) {
    add(`netMinor.${currency}`, assembled.netMinor);
    add(`taxMinor.${currency}`, assembled.taxMinor);
    add(`grossMinor.${currency}`, assembled.grossMinor);
  }
  return result;
}

function finalisedFact(invoice: FinalInvoice<Line>, issuerCountry: string): InvoiceFinalisedFact {
  const { assembled } = invoice;
  return {
    kind: 'invoice-finalised',
    issuerId: invoice.issuerId,
    sourceType: 'invoice',
    sourceId: invoice.id,
    on: invoice.issuedOn,
    currency: invoice.currency,
    party: { type: invoice.payerType, id: invoice.payerId },
    documentNumber: invoice.number,
    dueOn: invoice.dueOn,
    netMinor: assembled.netMinor,
    taxMinor: assembled.taxMinor,
    taxes: assembled.taxes.map(({ tax, baseMinor, taxMinor }) => ({
      country: issuerCountry,
      category: tax.category,
      rate: decimalToString(tax.rate),
      baseMinor,
      taxMinor,
    })),
    lines: assembled.lines.map(({ lineNo, netMinor, owed }) => ({ lineNo, netMinor, servicePeriod: owed.servicePeriod })),
  };
}

function finalisedEvent(invoice: FinalInvoice<Line>) {
  return event(InvoiceFinalised, {
    invoiceId: invoice.id,
    issuerId: invoice.issuerId,
    number: invoice.number,
    payerType: invoice.payerType,
    payerId: invoice.payerId,
    companyId: invoice.companyId,
    currency: invoice.currency,
    grossMinor: invoice.assembled.grossMinor.toString(),
    issuedOn: invoice.issuedOn,
    dueOn: invoice.dueOn,
  });
}
