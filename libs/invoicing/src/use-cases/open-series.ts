// OpenSeries: the number series an issuer needs before it can issue documents of a kind in a year.
import { Injectable } from '@nestjs/common';
import { DomainError, Id, IssuerId } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId } from '@countinghouse/platform';
import { DocumentType, numberPrefix, Stream } from '../domain/document-number';

export type SeriesId = Id<'Series'>;

export interface OpenSeriesInput {
  readonly issuerId: IssuerId;
  readonly documentType: DocumentType;
  readonly stream: Stream;
  /** The calendar year of issue, which is the fiscal year of every issuer we have. */
  readonly year: number;
}

export interface OpenedSeries {
  readonly id: SeriesId;
  /** What stands before the running number: 'FT 2026A/'. */
  readonly prefix: string;
}

@Injectable()
export class OpenSeries {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * Opens the series, or gives the one that is open already: there is one per issuer, type, stream and year. In Portugal
   * a series must have been communicated to the tax authority before its first use; that is the caller's act.
   * @throws DomainError FORBIDDEN, ISSUER_NOT_FOUND
   */
  async execute(input: OpenSeriesInput, actor: Actor): Promise<OpenedSeries> {
    authorise(actor, 'accountant', input.issuerId);
    const { issuerId, documentType, stream, year } = input;
    return this.database.transaction(async (tx) => {
      const issuer = await tx.first<{ code: string; country: string }>('SELECT code, country FROM platform.issuer WHERE id = $1', [issuerId]);
      if (!issuer) throw unknownIssuer(issuerId);
      const prefix = numberPrefix({ issuerCountry: issuer.country, issuerCode: issuer.code, documentType, stream, year });
      const opened = await tx.first<OpenedSeries>(
        `INSERT INTO invoicing.series (id, issuer_id, document_type, stream, year, prefix) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT ON CONSTRAINT series_is_open_once_per_year DO NOTHING RETURNING id, prefix`,
        [newId<SeriesId>(), issuerId, documentType, stream, year, prefix],
      );
      if (!opened) {
        return tx.one<OpenedSeries>(
          'SELECT id, prefix FROM invoicing.series WHERE issuer_id = $1 AND document_type = $2 AND stream = $3 AND year = $4',
          [issuerId, documentType, stream, year],
        );
      }
      await this.audit.record(tx, actor, [
        { action: 'invoicing.open-series', subjectType: 'series', subjectId: opened.id, issuerId, change: { documentType, stream, year, prefix } },
      ]);
      return opened;
    });
  }
}

function unknownIssuer(issuerId: IssuerId): DomainError {
  return new DomainError('ISSUER_NOT_FOUND', 'There is no such issuer.', {
    field: 'issuerId',
    value: issuerId,
    remedy: 'Create the issuer first, or correct the id.',
  });
}
