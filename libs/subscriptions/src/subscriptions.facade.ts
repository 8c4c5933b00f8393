// What other contexts may ask of subscriptions: rate, say what is unbilled, and take note of the document it went on.
import { Injectable } from '@nestjs/common';
import { CompanyId, EnrolmentId, IssuerId, LocalDate } from '@countinghouse/kernel';
import { PlannedChunk, Reader, Tx } from '@countinghouse/platform';
import { Payer } from './domain/charged';
import { describe, quantityAndPrice, UnbilledLine } from './domain/unbilled-line';
import { EnrolmentOfMember, enrolmentsOfCompanies, hasBillingDay, memberChunks, PayerGroup, payerGroups } from './persistence/billing-plan.queries';
import { chargesByIds, DocumentAssignment, LineCharge, lockPayers, stampDocuments, unbilledRows } from './persistence/unbilled.queries';
import { ChargeDifference, ChargeDifferenceInput, ChargedDifference } from './use-cases/charge-difference';

/**
 * Enrolments to be rated and their members billed (stage 0), or companies (stage 1), in groups that cannot be billed apart: all
 * enrolments of a member, and a payer with all whom it pays for.
 */
export type BillingChunk = { readonly members: readonly (readonly EnrolmentId[])[] } | { readonly payers: readonly (readonly CompanyId[])[] };

/** Companies to be previewed together, the groups of a billing run. */
export interface PreviewChunk {
  readonly companyIds: readonly CompanyId[];
  /** Those of them whose documents are asked for: a group may hold others, of whom they have moved away. */
  readonly askedIds: readonly CompanyId[];
}

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
    const members = await memberChunks(reader, issuerId, through, chunkSize);
    const payers = packed(await payerGroups(reader, issuerId, through, null), () => 1, chunkSize);
    return [
      ...members.map((ofChunk) => ({ stage: 0, items: ofChunk.flat().length, input: { members: ofChunk } })),
      ...payers.map((groups) => ({ stage: 1, items: count(groups), input: { payers: groups.map(({ companyIds }) => companyIds) } })),
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
   * The chunks of a preview: the groups of the billing run, so many companies and enrolments to a chunk as make `weight` (one
   * group may be more). With payers only those in which one of them is.
   */
  async previewPlan(reader: Reader, scope: BillingScope & { readonly payerIds?: readonly CompanyId[] }, weight: number): Promise<PlannedChunk<PreviewChunk>[]> {
    const groups = await payerGroups(reader, scope.issuerId, scope.through, scope.payerIds ?? null);
    const weightOf = ({ companyIds, enrolments }: PayerGroup) => companyIds.length + enrolments;
    return packed(groups, weightOf, weight).map((chunk) => ({
      items: chunk.reduce((sum, group) => sum + weightOf(group), 0),
      input: { companyIds: chunk.flatMap(({ companyIds }) => companyIds), askedIds: chunk.flatMap(({ askedIds }) => askedIds) },
    }));
  }

  /** The enrolments under contracts of the companies with the issuer, by member. */
  async enrolmentsOf(reader: Reader, issuerId: IssuerId, companyIds: readonly CompanyId[]): Promise<EnrolmentOfMember[]> {
    return enrolmentsOfCompanies(reader, issuerId, companyIds);
  }
}

/** Groups in their order, each chunk filled until it weighs enough. */
function packed(groups: readonly PayerGroup[], weightOf: (group: PayerGroup) => number, perChunk: number): PayerGroup[][] {
  const chunks: PayerGroup[][] = [];
  let weight = perChunk;
  for (const group of groups) {
    if (weight >= perChunk) {
      chunks.push([]);
      weight = 0;
    }
    chunks.at(-1)!.push(group);
    weight += weightOf(group);
  }
  return chunks;
}

function count(groups: readonly PayerGroup[]): number {
  return groups.reduce((sum, { companyIds }) => sum + companyIds.length, 0);
}
