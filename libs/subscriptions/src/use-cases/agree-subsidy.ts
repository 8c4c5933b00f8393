// AgreeSubsidy: from a day on, the company takes over another part of a plan's price, or of every plan without a rule of its own.
import { Injectable } from '@nestjs/common';
import { compareDecimal, ContractId, decimal, decimalToString, DomainError, LocalDate, timesRounded } from '@countinghouse/kernel';
import { Actor, Tx } from '@countinghouse/platform';
import { CataloguePlanRow, heldPlan } from '../persistence/catalogue.queries';
import { HeldContract } from '../persistence/contract.queries';
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

/** The price by the month that is in force on the day; of one by the quarter or year nothing can be said here. */
async function refuseAbovePrice(tx: Tx, { currency }: HeldContract, plan: CataloguePlanRow, on: LocalDate, amountMinor: bigint | null): Promise<void> {
  const prices = await tx.query<{ intervalMonths: number; amountMinor: bigint }>(
    `SELECT interval_months AS "intervalMonths", amount_minor AS "amountMinor" FROM subscriptions.price
      WHERE plan_id = $1 AND currency = $2 AND effective_from <= $3 ORDER BY effective_from`,
    [plan.id, currency, on],
  );
  if (prices.length === 0) {
    const reason = `The plan ${plan.code} has no price in ${currency} on ${on}.`;
    throw new DomainError('PRICE_MISSING', reason, { field: 'plan', value: plan.code, remedy: `Publish a price in ${currency} first.` });
  }
  const monthly = prices.filter(({ intervalMonths }) => intervalMonths === 1).map((price) => price.amountMinor);
  if (amountMinor === null || monthly.length === 0 || monthly.some((price) => amountMinor <= price)) return;
  throw new DomainError('SUBSIDY_ABOVE_PRICE', `The subsidy is above the price of the plan ${plan.code}.`, { field: 'amount', value: String(amountMinor), remedy: 'Give at most the price.' });
}
