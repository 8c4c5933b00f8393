// From what payers owe to the documents to issue: one for each payer and currency, the rest parked or carried over.
import { Currency, DomainError, isDomainError, LocalDate } from '@countinghouse/kernel';
import { assemble, AssembledInvoice, OwedLine } from './assemble';
import { Stream } from './document-number';
import { TaxedBuyer } from './tax';

/** A line of a payer, as it comes from the charges that no document carries yet. */
export interface PayerLine extends OwedLine {
  readonly payerType: Stream;
  readonly payerId: string;
  readonly currency: Currency;
}

/** An assembled document that has no number yet. */
export interface DocumentToIssue<Line extends PayerLine = PayerLine> {
  readonly payerType: Stream;
  readonly payerId: string;
  readonly currency: Currency;
  readonly assembled: AssembledInvoice<Line>;
}

/** A payer whose document waits, and why. */
export interface WaitingPayer {
  readonly payerType: Stream;
  readonly payerId: string;
  readonly reason: DomainError;
}

export interface DocumentsToIssue<Line extends PayerLine = PayerLine> {
  /** By payer and currency: the order in which they get their numbers. */
  readonly documents: readonly DocumentToIssue<Line>[];
  readonly waiting: readonly WaitingPayer[];
  /** How many (payer, currency) owe nothing or less: their charges stay for the next document, which they net against. */
  readonly carriedOver: number;
}

/**
 * Pure. A payer whose tax cannot be decided waits with the reason and holds up nobody else.
 * @param buyerOf what is known of the payer for tax, or why it gets no document; undefined is a payer that does not exist, a mistake of the caller
 */
export function documentsToIssue<Line extends PayerLine>(
  issuerCountry: string,
  issuedOn: LocalDate,
  lines: readonly Line[],
  buyerOf: (payerId: string) => TaxedBuyer | DomainError | undefined,
): DocumentsToIssue<Line> {
  const documents: DocumentToIssue<Line>[] = [];
  const waiting: WaitingPayer[] = [];
  let carriedOver = 0;
  for (const own of byPayer(lines)) {
    const { payerType, payerId, currency } = own[0]!;
    const buyer = buyerOf(payerId);
    if (!buyer) throw new RangeError(`There is no payer ${payerType} ${payerId}.`);
    const assembled = isDomainError(buyer) ? buyer : assembledOrReason({ issuerCountry, buyer, issuedOn, lines: own });
    // A credit needs no document, so nobody has to be told why there is none.
    if (isDomainError(buyer) && own.reduce((sum, { listedMinor }) => sum + listedMinor, 0n) <= 0n) carriedOver++;
    else if (isDomainError(assembled)) waiting.push({ payerType, payerId, reason: assembled });
    else if (assembled.netMinor <= 0n || assembled.grossMinor <= 0n) carriedOver++;
    else documents.push({ payerType, payerId, currency, assembled });
  }
  return { documents, waiting: onePerPayer(waiting), carriedOver };
}

function assembledOrReason<Line extends PayerLine>(input: Parameters<typeof assemble<Line>>[0]): AssembledInvoice<Line> | DomainError {
  try {
    return assemble(input);
  } catch (error) {
    if (isDomainError(error)) return error;
    throw error;
  }
}

/** The lines of each payer and currency in the order given; payers in ascending order. */
function byPayer<Line extends PayerLine>(lines: readonly Line[]): Line[][] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.payerType} ${line.payerId} ${line.currency}`;
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function onePerPayer(waiting: readonly WaitingPayer[]): WaitingPayer[] {
  return [...new Map(waiting.map((each) => [`${each.payerType} ${each.payerId}`, each])).values()];
}
