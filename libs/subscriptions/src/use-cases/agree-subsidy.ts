// AgreeSubsidy: from a day on, the company takes over another part of a plan's price, or of every plan without a rule of its own.
import { Injectable } from '@nestjs/common';
import { compareDecimal, ContractId, Currency, decimal, decimalToString, DomainError, LocalDate, Money, timesRounded } from '@countinghouse/kernel';
import { Actor, Tx } from '@countinghouse/platform';
import { ListPrice, listPricesFrom } from '../domain/rate-card';
import { ratedContract } from '../domain/rated-contract';
import { CataloguePlanRow, heldPlan } from '../persistence/catalogue.queries';
import { HeldContract } from '../persistence/contract.queries';
import { pricesOf } from '../persistence/rating.queries';
import { appendSubsidies } from '../persistence/timeline.queries';
import { Amendments, ContractAct } from './amendments';

/** By the month and member, in minor units of the contract's currency. */
export type SubsidyTerms =
  | { readonly mode: 'fixed'; readonly amountMinor: bigint; readonly capMinor?: bigint | null }
  | { readonly mode: 'percent'; readonly percent: string; readonly capMinor?: bigint | null };

export interface AgreeSubsidyInput extends ContractAct {
  /** The plan's code; null for every plan that has no rule of its own. */
  readonly plan: string | null;
  readonly effectiveFrom: LocalDate;
  /** Nothing is a fixed amount of 0. */
  readonly subsidy: SubsidyTerms;
}

@Injectable()
export class AgreeSubsidy {
  constructor(private readonly amendments: Amendments) {}

  /**
   * @throws DomainError PLAN_UNKNOWN, PRICE_MISSING, SUBSIDY_ABOVE_PRICE, AMOUNT_NEGATIVE, PERCENTAGE_TOO_PRECISE, and as {@link Amendments.amend}
   */
  async execute({ plan: code, effectiveFrom, subsidy, ...act }: AgreeSubsidyInput, actor: Actor): Promise<ContractId> {
    const columns = columnsOf(subsidy);
    return this.amendments.amend('agree-subsidy', act, actor, async (contract, tx, origin) => {
      const plan = code === null ? null : await heldPlan(tx, code);
      if (plan !== null) await refuseAbovePrice(tx, contract, plan, effectiveFrom, columns.amountMinor);
      await appendSubsidies(tx, [{ contractId: contract.id, planId: plan?.id ?? null, effectiveFrom, ...columns }], origin);
      return { from: effectiveFrom, said: { plan: code, effectiveFrom, ...columns } };
    });
  }
}

function columnsOf(subsidy: SubsidyTerms) {
  const { mode, capMinor = null } = subsidy;
  refuseNegative('cap', capMinor);
  if (subsidy.mode === 'fixed') {
    refuseNegative('amount', subsidy.amountMinor);
    return { mode, amountMinor: subsidy.amountMinor, percent: null, capMinor };
  }
  const percent = decimal(subsidy.percent, 'percent');
  if (percent.scale > 4) throw new DomainError('PERCENTAGE_TOO_PRECISE', 'A percentage has at most four decimals.', { field: 'percent', value: subsidy.percent, remedy: 'Round it.' });
  refuseNegative('percent', percent.unscaled);
  if (compareDecimal(percent, decimal('100')) > 0) {
    throw new DomainError('SUBSIDY_ABOVE_PRICE', 'More than 100 percent is above the price.', { field: 'percent', value: subsidy.percent, remedy: 'Give at most 100.' });
  }
  return { mode, amountMinor: null, percent: decimalToString({ unscaled: timesRounded(10_000n, percent), scale: 4 }), capMinor };
}

function refuseNegative(field: string, value: bigint | null): void {
  if (value === null || value >= 0n) return;
  throw new DomainError('AMOUNT_NEGATIVE', 'A subsidy is not below nothing.', { field, value: String(value), remedy: 'Give 0 or more.' });
}

/**
 * The price that the contract has on the day, and at each later change of its cycle: what is within the price by the month may be above the
 * one by the year.
 */
async function refuseAbovePrice(tx: Tx, contract: HeldContract, plan: CataloguePlanRow, on: LocalDate, amountMinor: bigint | null): Promise<void> {
  const { currency, changes } = contract;
  const prices = await pricesOf(tx, [plan.id], [currency]);
  if (!prices.some(({ effectiveFrom }) => effectiveFrom <= on)) {
    const reason = `The plan ${plan.code} has no price in ${currency} on ${on}.`;
    throw new DomainError('PRICE_MISSING', reason, { field: 'plan', value: plan.code, remedy: `Publish a price in ${currency} first.` });
  }
  if (amountMinor === null) return;
  for (const price of listPricesFrom(ratedContract(changes), prices, on)) {
    if (amountMinor * BigInt(price.months) > price.minor) throw aboveListPrice(plan.code, currency, amountMinor, price);
  }
}

/** @param price of a whole period of so many months */
export function aboveListPrice(plan: string, currency: Currency, amountMinor: bigint, { months, minor }: ListPrice, field = 'amount'): DomainError {
  const most = Money.of(minor / BigInt(months), currency);
  const reason = `The subsidy is above the price of the plan ${plan}, which is ${Money.of(minor, currency).toDecimal()} for ${months === 1 ? 'a month' : `${months} months`}.`;
  return new DomainError('SUBSIDY_ABOVE_PRICE', reason, { field, value: String(amountMinor), remedy: `Give at most ${most.toDecimal()} a month.` });
}
