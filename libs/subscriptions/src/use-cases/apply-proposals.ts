// ApplyProposals: does what is proposed, in a rehearsal, so that a preview can say what would come of it.
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DomainError, isDomainError, Money } from '@countinghouse/kernel';
import { Actor, Database } from '@countinghouse/platform';
import { ActivateContract } from './activate-contract';
import { AddComponent } from './add-component';
import { AgreeSubsidy } from './agree-subsidy';
import { AgreeTerm } from './agree-term';
import { AmendCycle } from './amend-cycle';
import { AmendZone } from './amend-zone';
import { AskBy } from './ask-by';
import { CancelEnrolments } from './cancel-enrolments';
import { ChangePlan } from './change-plan';
import { PauseEnrolments } from './pause-enrolments';
import { ResumeEnrolments } from './resume-enrolments';
import { StartEnrolments } from './start-enrolments';
import { ChangeComponent } from './change-component';
import { ChangeProductTax } from './change-product-tax';
import { DraftContract } from './draft-contract';
import { EndComponent } from './end-component';
import { EndContract } from './end-contract';
import { PublishPlan } from './publish-plan';
import { PublishPrices } from './publish-prices';
import { PublishProduct } from './publish-product';
import { RenewContract } from './renew-contract';
import { ResumeContract } from './resume-contract';
import { RetirePlan } from './retire-plan';
import { SetContractPolicies } from './set-contract-policies';
import { SuspendContract } from './suspend-contract';

interface UseCase {
  execute(input: never, actor: Actor): Promise<unknown>;
}

/** A proposed act: its name, and the input of its use case. */
export interface Proposal {
  readonly act: string;
  readonly input: object;
}

/** Every act that may be proposed, by the name that the audit trail has for it. */
const ACTS = {
  'publish-product': PublishProduct,
  'publish-plan': PublishPlan,
  'publish-prices': PublishPrices,
  'change-product-tax': ChangeProductTax,
  'retire-plan': RetirePlan,
  'draft-contract': DraftContract,
  'activate-contract': ActivateContract,
  'add-component': AddComponent,
  'change-component': ChangeComponent,
  'end-component': EndComponent,
  'agree-subsidy': AgreeSubsidy,
  'agree-term': AgreeTerm,
  'amend-cycle': AmendCycle,
  'amend-zone': AmendZone,
  'suspend-contract': SuspendContract,
  'resume-contract': ResumeContract,
  'end-contract': EndContract,
  'renew-contract': RenewContract,
  'set-contract-policies': SetContractPolicies,
  'start-enrolment': StartEnrolments,
  'change-plan': ChangePlan,
  'pause-enrolment': PauseEnrolments,
  'resume-enrolment': ResumeEnrolments,
  'ask-by': AskBy,
  'cancel-enrolment': CancelEnrolments,
} as const;

@Injectable()
export class ApplyProposals {
  constructor(
    private readonly database: Database,
    private readonly useCases: ModuleRef,
  ) {}

  /**
   * Runs the use cases themselves, in order, each seeing what those before it have done. They check and refuse as ever.
   * @throws DomainError PROPOSAL_UNKNOWN, and what a use case throws, with the place of its proposal in the field
   */
  async execute(proposals: readonly Proposal[], actor: Actor): Promise<void> {
    if (!this.database.isRehearsing) throw new Error('proposals are proposed in a rehearsal only');
    for (const [index, { act, input }] of proposals.entries()) {
      if (!(act in ACTS)) throw unknownAct(act, index);
      const useCase = this.useCases.get<UseCase>(ACTS[act as keyof typeof ACTS]);
      try {
        refuseRefused(await useCase.execute(input as never, actor));
      } catch (error) {
        throw isDomainError(error) ? placed(error, index) : error;
      }
    }
  }
}

/** Proposals as text and back: amounts are whole numbers beyond 2^53, and money is an object of ours. */
export function proposalsToText(proposals: readonly Proposal[]): string {
  return JSON.stringify(proposals, function (this: Record<string, unknown>, key, value: unknown) {
    const part = this[key];
    if (part instanceof Money) return { $money: part.minor.toString(), currency: part.currency };
    return typeof part === 'bigint' ? { $bigint: part.toString() } : value;
  });
}

export function proposalsFromText(text: string): Proposal[] {
  return JSON.parse(text, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null) return part;
    const { $money, $bigint, currency } = part as Record<string, unknown>;
    if (typeof $money === 'string') return Money.of(BigInt($money), currency as string);
    return typeof $bigint === 'string' ? BigInt($bigint) : part;
  }) as Proposal[];
}

/** What is done to many at once tells whom it refused; what is proposed is to be done to all. */
function refuseRefused(outcome: unknown): void {
  const { refused } = (outcome ?? {}) as { refused?: readonly { error: DomainError }[] };
  if (refused?.[0]) throw refused[0].error;
}

/** The same error, with the place of the proposal before its field. */
export function placed(error: DomainError, index: number, act?: string): DomainError {
  const field = ['proposals', index, act, error.field].filter((part) => part !== undefined).join('.');
  return new DomainError(error.code, error.message, { field, value: error.value, remedy: error.remedy, cause: error });
}

function unknownAct(act: string, index: number): DomainError {
  return new DomainError('PROPOSAL_UNKNOWN', `${JSON.stringify(act.slice(0, 60))} cannot be proposed.`, {
    field: `proposals.${index}.act`,
    value: act.slice(0, 60),
    remedy: `Propose one of: ${Object.keys(ACTS).join(', ')}.`,
  });
}
