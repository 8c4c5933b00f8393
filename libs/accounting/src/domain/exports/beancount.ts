// The journal as Beancount reads it.
import { accountName, amountText, ExportedBooks, ExportedEntry, ExportedLine, JournalFormat, oneLine } from './journal-format';

export const beancount: JournalFormat = {
  head({ issuerName, functionalCurrency, from, accounts }: ExportedBooks): string {
    return [
      `option "title" ${quoted(issuerName)}`,
      `option "operating_currency" "${functionalCurrency}"`,
      // Beancount forgives half a unit of the last decimal unless told otherwise. The price that it computes from a total
      // is a rounded quotient, so the functional currency is given a hair: far less than a cent, far more than that rounding.
      'option "inferred_tolerance_default" "*:0"',
      `option "inferred_tolerance_default" "${functionalCurrency}:0.0001"`,
      '',
      ...accounts.flatMap(({ code, name, type }) => [`${from} open ${accountName({ accountCode: code, accountType: type })}`, `  name: ${quoted(name)}`]),
      '',
      '',
    ].join('\n');
  },

  entry(entry: ExportedEntry, { functionalCurrency }: ExportedBooks): string {
    const { id, entryDate, effectiveOn, isCorrection, kind, sourceType, sourceId, reverses, lines } = entry;
    return [
      `${entryDate} * ${quoted(kind)}`,
      `  entry: "${id}"`,
      `  source: ${quoted(`${sourceType} ${sourceId}`)}`,
      ...(isCorrection ? [`  correction-of: ${effectiveOn}`] : []),
      ...(reverses === null ? [] : [`  reverses: "${reverses}"`]),
      ...lines.flatMap((line) => [`  ${accountName(line)}  ${amountText(line, functionalCurrency)}`, ...metadata(line)]),
      '',
      '',
    ].join('\n');
  },
};

function metadata({ partyType, partyId, documentType, documentId, documentNumber, taxCode }: ExportedLine): string[] {
  const document = [documentType, documentId, documentNumber].filter((part) => part !== null).join(' ');
  return [
    ...(partyId === null ? [] : [`    party: ${quoted(`${partyType} ${partyId}`)}`]),
    ...(documentId === null ? [] : [`    doc: ${quoted(document)}`]),
    ...(taxCode === null ? [] : [`    tax: ${quoted(taxCode)}`]),
  ];
}

function quoted(text: string): string {
  return `"${oneLine(text).replace(/["\\]/g, '\\$&')}"`;
}
