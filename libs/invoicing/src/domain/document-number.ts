// The prefix of a series' numbers: what stands before the running number on every document of the series.

export type DocumentType = 'invoice' | 'credit-note';
export type Stream = 'company' | 'member';

export interface SeriesIdentity {
  readonly issuerCountry: string;
  readonly issuerCode: string;
  readonly documentType: DocumentType;
  readonly stream: Stream;
  readonly year: number;
}

/** Streams have series of their own, so that a large member run never holds up the numbers of the companies. */
const STREAM_LETTER: Readonly<Record<Stream, string>> = { company: 'A', member: 'B' };
const PORTUGUESE_CODE: Readonly<Record<DocumentType, string>> = { invoice: 'FT', 'credit-note': 'NC' };

/**
 * `FT 2026A/` in Portugal, where number and series must have the form `<code> <series>/<sequence>` and a code never
 * serves two document types; `DE01-2026A-` and `DE01-CN2026A-` elsewhere. The number is the prefix and the sequence, in
 * plain digits from 1.
 */
export function numberPrefix({ issuerCountry, issuerCode, documentType, stream, year }: SeriesIdentity): string {
  const series = `${year}${STREAM_LETTER[stream]}`;
  if (issuerCountry === 'PT') return `${PORTUGUESE_CODE[documentType]} ${series}/`;
  return `${issuerCode}-${documentType === 'credit-note' ? 'CN' : ''}${series}-`;
}
