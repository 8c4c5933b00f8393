// What other contexts may ask of subscriptions: rate, say what is unbilled, and take note of the document it went on.
import { Injectable } from '@nestjs/common';
import { CompanyId, EnrolmentId, IssuerId, LocalDate } from '@countinghouse/kernel';
import { PlannedChunk, Reader, Tx } from '@countinghouse/platform';
import { Payer } from './domain/charged';
import { describe, quantityAndPrice, UnbilledLine } from './domain/unbilled-line';
import { companyChunks, enrolmentChunks, EnrolmentOfMember, enrolmentsOfCompanies, hasBillingDay, PayerChunk, payerChunks } from './persistence/billing-plan.queries';
import { chargesByIds, DocumentAssignment, LineCharge, lockPayers, stampDocuments, unbilledRows } from './persistence/unbilled.queries';
import { ChargeDifference, ChargeDifferenceInput, ChargedDifference } from './use-cases/charge-difference';

/** Enrolments to be rated and their members billed (stage 0), or companies (stage 1), each with all whom it pays for. */
export type BillingChunk = { readonly enrolmentIds: readonly EnrolmentId[] } | { readonly companyIds: readonly CompanyId[] };

export interface BillingScope {
  readonly issuerId: IssuerId;
  readonly through: LocalDate;
}

@Injectable()
export class Subscriptions {
  constructor(private readonly rating: ChargeDifference) {}

  /** Puts on record what fees and enrolments owe beyond what was charged. See {@link ChargeDifference.execute}. */
  async chargeDifference(tx: Tx, input: ChargeDifferenceInput): Promise<ChargedDifference> {
    return this.rating.execute(tx, input);
  }

  /**
   * What the payers have been charged by the issuer and have on no document, as lines ordered by payer and currency. The
   * charges cannot grow until the transaction ends. `withCharges` names the first charges of each line. Two or three statements, whatever the number of charges.
   */
  async unbilled(tx: Tx, payers: readonly Payer[], issuerId: IssuerId, options: { withCharges?: boolean } = {}): Promise<UnbilledLine[]> {
    if (payers.length === 0) return [];
    await lockPayers(tx, issuerId, payers);
    const rows = await unbilledRows(tx, issuerId, payers, options.withCharges);
    return rows.map(({ componentType, isCorrection, name, isWhole, start, end, chargeCount, quantity, unitPriceMinor, chargeIds, ...row }) => ({
      ...row,
      ...(chargeIds === null ? {} : { chargeIds }),
      ...quantityAndPrice({ quantity, unitPriceMinor, amountMinor: row.amountMinor, isWhole }),
      description: describe({ componentType, payerType: row.payerType, isCorrection, name }, { start, end }),
      servicePeriod: { start, end },
      chargeCount: Number(chargeCount),
    }));
  }

  /**
   * Notes the document on exactly the charges that {@link unbilled} has added up earlier in the same transaction, those
   * that came to nothing included. One statement; gives the number of charges.
   */
  async assignDocument(tx: Tx, documents: readonly DocumentAssignment[]): Promise<number> {
    return documents.length === 0 ? 0 : stampDocuments(tx, documents);
  }

  /** The chunks of a billing run: first the members, whose enrolments make part of what companies owe, then the companies. */
  async billingPlan(reader: Reader, { issuerId, through }: BillingScope, chunkSize: number): Promise<PlannedChunk<BillingChunk>[]> {
    const members = await enrolmentChunks(reader, issuerId, through, chunkSize);
    const companies = await companyChunks(reader, issuerId, through, chunkSize);
    return [
      ...members.map((enrolmentIds) => ({ stage: 0, items: enrolmentIds.length, input: { enrolmentIds } })),
      ...companies.map((companyIds) => ({ stage: 1, items: companyIds.length, input: { companyIds } })),
    ];
  }

  /** Whether a period of a contract of the issuer begins or ends on the day, so that it is a day to bill on. */
  async isBillingDay(reader: Reader, issuerId: IssuerId, day: LocalDate): Promise<boolean> {
    return hasBillingDay(reader, issuerId, day);
  }

  /** What the charges of lines say, by ascending id. */
  async charges(reader: Reader, ids: readonly bigint[]): Promise<LineCharge[]> {
    return ids.length === 0 ? [] : chargesByIds(reader, ids);
  }

  /**
   * The chunks of a preview: companies by payer, all of a payer in one chunk, and so many payers and enrolments to a chunk as
   * make `weight` (one payer may be more). With payers only theirs. See {@link payerChunks}.
   */
  async previewPlan(reader: Reader, scope: BillingScope & { readonly payerIds?: readonly CompanyId[] }, weight: number): Promise<PayerChunk[]> {
    return payerChunks(reader, scope.issuerId, scope.through, scope.payerIds ?? null, weight);
  }

  /** The enrolments under contracts of the companies with the issuer, by member. */
  async enrolmentsOf(reader: Reader, issuerId: IssuerId, companyIds: readonly CompanyId[]): Promise<EnrolmentOfMember[]> {
    return enrolmentsOfCompanies(reader, issuerId, companyIds);
  }
}
