// The table at the end: what the main job has done, for people.
import type { MainJobOutcome } from './main-job';
import { grouped } from './progress';
import type { Figures, Totals } from './summary';

/** Rows of cells as text with aligned columns; the first column to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  return rows
    .map((row) => indent + row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd())
    .join('\n');
}

export function proofLines(proofs: MainJobOutcome['proofs']): string {
  const width = Math.max(...proofs.map((proof) => proof.name.length), 0);
  return proofs.map((proof) => `  ${proof.ok ? '✓' : '✗'} ${proof.name.padEnd(width)}  ${proof.detail}`).join('\n');
}

export function summaryTable(outcome: MainJobOutcome, figures: Figures, memory: ReadonlyMap<string, number>): string {
  const { month, seconds, proofs, remarks, newDocuments } = outcome;
  const { payments, invoices } = figures;
  const done = newDocuments === 0 ? 'was billed before; nothing was billed twice' : `billed, ${grouped(newDocuments)} new documents`;
  const parts = [
    `Month ${month.slice(0, 7)}: ${done}`,
    aligned([
      ['companies', grouped(figures.companies)],
      ['members', grouped(figures.members)],
      ['enrolments', grouped(figures.enrolments)],
      ['charges', grouped(figures.charges)],
      ['invoices to companies', grouped(invoices.company)],
      ['invoices to members', grouped(invoices.member)],
      ['journal entries', grouped(figures.journalEntries)],
      ['postings', grouped(figures.postings)],
      ['payments succeeded', grouped(payments.succeeded)],
      ['payments failed', grouped(payments.failed)],
      ['payments pending', grouped(payments.pending)],
    ]),
    ...(payments.pending > 0 ? ['  (pending: softly declined and waiting for the day of the next try, or not answered by the provider yet)'] : []),
    aligned([['', 'net', 'tax', 'gross', 'revenue', 'deferred', 'receivables'], ...figures.totals.map(totalsRow)]),
    proofLines(proofs),
    `  ${Object.entries(seconds).map(([phase, s]) => `${phase} ${s.toFixed(1)} s`).join(' · ')}`,
    `  peak memory: ${[...memory].map(([name, mebibytes]) => `${name} ${mebibytes} MiB`).join(' · ')}`,
    ...remarks.map((remark) => `  ! ${remark}`),
  ];
  return `\n${parts.join('\n\n')}\n`;
}

function totalsRow(totals: Totals): string[] {
  const { currency, net, tax, gross, revenue, deferred, receivables } = totals;
  return [currency, ...[net, tax, gross, revenue, deferred, receivables].map(groupedAmount)];
}

/** '1234567.80' as '1,234,567.80'. */
function groupedAmount(decimal: string): string {
  return decimal.replace(/\B(?=(\d{3})+(?=\.))/g, ',');
}
