// The journal as hledger and Ledger read it.
import { Currency, Money } from '@countinghouse/kernel';
import { accountName, amountText, ExportedBooks, ExportedEntry, ExportedLine, JournalFormat, oneLine } from './journal-format';

/** Tags `name: value` stand in comments, where both programs find them; declared, so that a strict reading passes. */
const TAGS = ['entry', 'source', 'correction-of', 'reverses', 'party', 'document', 'tax'];

export const ledgerText: JournalFormat = {
  head({ issuerName, currencies, accounts }: ExportedBooks): string {
    return [
      `; The journal of ${oneLine(issuerName)}`,
      '',
      ...currencies.flatMap((currency) => [`commodity ${currency}`, `  format ${sample(currency)}`]),
      '',
      ...TAGS.map((tag) => `tag ${tag}`),
      '',
      ...accounts.flatMap(({ code, name, type }) => [`account ${accountName({ accountCode: code, accountType: type })}`, `  ; ${oneLine(name)}`]),
      '',
      '',
    ].join('\n');
  },

  entry(entry: ExportedEntry, { functionalCurrency }: ExportedBooks): string {
    const { id, entryDate, effectiveOn, isCorrection, kind, sourceType, sourceId, reverses, lines } = entry;
    const comments = [
      `entry: ${id}`,
      `source: ${oneLine(sourceType)} ${oneLine(sourceId)}`,
      ...(isCorrection ? [`correction-of: ${effectiveOn}`] : []),
      ...(reverses === null ? [] : [`reverses: ${reverses}`]),
    ];
    return [
      `${entryDate} * (${id}) ${oneLine(kind)}`,
      ...comments.map((comment) => `    ; ${comment}`),
      ...lines.flatMap((line) => [`    ${accountName(line)}  ${amountText(line, functionalCurrency)}`, ...tags(line)]),
      '',
      '',
    ].join('\n');
  },
};

function tags({ partyType, partyId, documentType, documentId, documentNumber, taxCode }: ExportedLine): string[] {
  return [
    ...(partyId === null ? [] : [`party: ${partyType} ${oneLine(partyId)}`]),
    ...(documentId === null ? [] : [`document: ${[documentType, documentId, documentNumber].filter((part) => part !== null).map(oneLine).join(' ')}`]),
    ...(taxCode === null ? [] : [`tax: ${taxCode}`]),
  ].map((tag) => `    ; ${tag}`);
}

/** An amount with the currency's decimals, by which the programs know how to write it; hledger wants a mark even without decimals, and ledger a digit after it. */
function sample(currency: Currency): string {
  const decimal = Money.of(100_000n, currency).toDecimal();
  return `${decimal.includes('.') ? decimal : `${decimal}.0`} ${currency}`;
}
