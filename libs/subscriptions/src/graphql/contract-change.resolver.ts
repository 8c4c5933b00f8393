// The mutations of contracts, each one business act.
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { CompanyId, ContractId, currency, DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { CurrentActor, idOf, optionalIdOf, RequestLoaders, type Actor, type Loaders } from '@countinghouse/platform';
import type { FeeComponentId } from '../persistence/rating.queries';
import type { ContractPolicies } from '../persistence/contract.queries';
import { ActivateContract } from '../use-cases/activate-contract';
import { AddComponent } from '../use-cases/add-component';
import { AgreeSubsidy, type SubsidyTerms } from '../use-cases/agree-subsidy';
import { AgreeTerm } from '../use-cases/agree-term';
import { AmendCycle } from '../use-cases/amend-cycle';
import { AmendZone } from '../use-cases/amend-zone';
import { ChangeComponent } from '../use-cases/change-component';
import { DraftContract } from '../use-cases/draft-contract';
import { EndComponent } from '../use-cases/end-component';
import { EndContract } from '../use-cases/end-contract';
import { RenewContract } from '../use-cases/renew-contract';
import { ResumeContract } from '../use-cases/resume-contract';
import { SetContractPolicies } from '../use-cases/set-contract-policies';
import { SuspendContract } from '../use-cases/suspend-contract';
import { minorOf, termsOf } from './component-input';
import * as c from './component.type';
import { componentsByIds, contractsByIds } from './contract.queries';
import * as t from './contract.type';

@Resolver()
export class ContractChangeResolver {
  constructor(
    private readonly drafting: DraftContract,
    private readonly activation: ActivateContract,
    private readonly cycles: AmendCycle,
    private readonly zones: AmendZone,
    private readonly terms: AgreeTerm,
    private readonly renewal: RenewContract,
    private readonly suspension: SuspendContract,
    private readonly resumption: ResumeContract,
    private readonly ending: EndContract,
    private readonly policies: SetContractPolicies,
    private readonly subsidies: AgreeSubsidy,
  ) {}

  @Mutation(() => t.ContractPayload, { description: 'A draft owes nothing until it is activated.' })
  async contractDraft(@Args('input') input: t.ContractDraftInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    const { issuerId, companyId, currency: code, policies, ...rest } = input;
    const id = await this.drafting.execute(
      {
        ...given(rest), number: rest.number, startsOn: rest.startsOn, cycleMonths: rest.cycleMonths, reason: rest.reason,
        issuerId: idOf<IssuerId>('Issuer', issuerId, 'issuerId'), companyId: idOf<CompanyId>('Company', companyId, 'companyId'), currency: currency(code),
        policies: policiesOf(policies ?? {}),
      },
      actor,
    );
    return answer(loaders, id);
  }

  @Mutation(() => t.ContractPayload)
  async contractActivate(@Args('input') input: t.ContractActivateInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    return answer(loaders, await this.activation.execute({ ...act(input), ...given({ on: input.on }) }, actor));
  }

  @Mutation(() => t.ContractPayload, { description: 'From a day on, periods begin on another day of the month or are of another length.' })
  async contractCycleAmend(@Args('input') input: t.ContractCycleAmendInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    const { effectiveOn, cycleMonths, anchorDay, anchorOn } = input;
    return answer(loaders, await this.cycles.execute({ ...act(input), effectiveOn, cycleMonths, ...given({ anchorDay, anchorOn }) }, actor));
  }

  @Mutation(() => t.ContractPayload, { description: 'From a day on, its days begin in another time zone.' })
  async contractZoneAmend(@Args('input') input: t.ContractZoneAmendInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    return answer(loaders, await this.zones.execute({ ...act(input), effectiveOn: input.effectiveOn, timeZone: input.timeZone }, actor));
  }

  @Mutation(() => t.ContractPayload, { description: 'The running term ends on another day, or stays open.' })
  async contractTermAgree(@Args('input') input: t.ContractTermAgreeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    return answer(loaders, await this.terms.execute({ ...act(input), termEndsOn: input.termEndsOn ?? null }, actor));
  }

  @Mutation(() => t.ContractPayload, { description: 'Another term follows the last one, also when the contract has ended with it.' })
  async contractRenew(@Args('input') input: t.ContractRenewInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    return answer(loaders, await this.renewal.execute({ ...act(input), ...given({ months: input.months }) }, actor));
  }

  @Mutation(() => t.ContractPayload)
  async contractSuspend(@Args('input') input: t.ContractSuspendInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    return answer(loaders, await this.suspension.execute({ ...act(input), ...given({ on: input.on, billing: input.billing }) }, actor));
  }

  @Mutation(() => t.ContractPayload)
  async contractResume(@Args('input') input: t.ContractResumeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    return answer(loaders, await this.resumption.execute({ ...act(input), ...given({ on: input.on }) }, actor));
  }

  @Mutation(() => t.ContractPayload, { description: 'Now, with its period, with its term by notice in time, or on a day that both sides agree on.' })
  async contractEnd(@Args('input') input: t.ContractEndInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    return answer(loaders, await this.ending.execute({ ...act(input), when: oneOf(input.when, input.on) }, actor));
  }

  @Mutation(() => t.ContractPayload)
  async contractPoliciesSet(@Args('input') input: t.ContractPoliciesSetInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    return answer(loaders, await this.policies.execute({ ...act(input), policies: policiesOf(input.policies) }, actor));
  }

  @Mutation(() => t.ContractPayload, { description: 'From a day on, the company takes over another part of a plan’s price.' })
  async contractSubsidyAgree(@Args('input') input: t.ContractSubsidyAgreeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.ContractPayload> {
    const { currency: code } = await contractIn(loaders, act(input).contractId);
    const subsidy = subsidyOf(input, code);
    return answer(loaders, await this.subsidies.execute({ ...act(input), plan: input.plan ?? null, effectiveFrom: input.effectiveFrom, subsidy }, actor));
  }
}

@Resolver()
export class ComponentChangeResolver {
  constructor(
    private readonly adding: AddComponent,
    private readonly changing: ChangeComponent,
    private readonly ending: EndComponent,
  ) {}

  @Mutation(() => c.ComponentPayload, { description: 'A fee, discount, cap or commitment, with one set of terms or with steps by date.' })
  async contractComponentAdd(@Args('input') input: c.ContractComponentAddInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<c.ComponentPayload> {
    const { contractId, targetId, steps, endsOn, kind, ...rest } = input;
    const { id, currency: code } = await contractIn(loaders, idOf('Contract', contractId, 'contractId'));
    const target = optionalIdOf<FeeComponentId>('Component', targetId, 'targetId');
    const added = await this.adding.execute(
      {
        ...rest, kind, contractId: id as ContractId, steps: steps.map(({ effectiveOn, terms }) => ({ effectiveOn, terms: termsOf(kind, terms, code) })),
        ...given({ endsOn }), ...(target && { targetId: target }),
      },
      actor,
    );
    return { component: await loaders.reload(componentsByIds, added) };
  }

  @Mutation(() => c.ComponentPayload, { description: 'From a day on, other terms.' })
  async contractComponentChange(@Args('input') input: c.ContractComponentChangeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<c.ComponentPayload> {
    const { componentId, contractId, kind, code } = await componentIn(loaders, input.componentId);
    const { effectiveOn, reason } = input;
    const changed = await this.changing.execute({ contractId, componentId, kind, effectiveOn, reason, terms: termsOf(kind, input.terms, code) }, actor);
    return { component: await loaders.reload(componentsByIds, changed) };
  }

  @Mutation(() => c.ComponentPayload)
  async contractComponentEnd(@Args('input') input: c.ContractComponentEndInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<c.ComponentPayload> {
    const { componentId, contractId } = await componentIn(loaders, input.componentId);
    const ended = await this.ending.execute({ contractId, componentId, on: input.on, reason: input.reason }, actor);
    return { component: await loaders.reload(componentsByIds, ended) };
  }
}

function act({ contractId, reason }: { contractId: string; reason: string }): { contractId: ContractId; reason: string } {
  return { contractId: idOf('Contract', contractId, 'contractId'), reason };
}

async function answer(loaders: Loaders, id: ContractId): Promise<t.ContractPayload> {
  return { contract: await loaders.reload(contractsByIds, id) };
}

/** The contract in whose currency amounts are given. @throws DomainError CONTRACT_NOT_FOUND */
async function contractIn(loaders: Loaders, id: string): Promise<t.ContractType> {
  const contract = await loaders.one(contractsByIds, id);
  if (contract) return contract;
  throw new DomainError('CONTRACT_NOT_FOUND', 'There is no such contract in your scope.', { field: 'contractId', remedy: 'Correct the id.' });
}

async function componentIn(loaders: Loaders, globalId: string) {
  const componentId = idOf<FeeComponentId>('Component', globalId, 'componentId');
  const component = await loaders.one(componentsByIds, componentId);
  if (!component) throw new DomainError('COMPONENT_NOT_FOUND', 'There is no such component in your scope.', { field: 'componentId', remedy: 'Correct the id.' });
  const contract = await contractIn(loaders, component.contractId);
  return { componentId, contractId: contract.id as ContractId, kind: component.kind, code: contract.currency };
}

/** What is told; null and left out say nothing. */
export function given<Told extends object>(told: Told): { [Name in keyof Told]?: NonNullable<Told[Name]> } {
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value != null)) as { [Name in keyof Told]?: NonNullable<Told[Name]> };
}

/** A limit and a length can be taken away; nothing else can be nothing. */
function policiesOf({ renewalMonths, pauseDaysMax, ...rest }: t.ContractPoliciesInput): Partial<ContractPolicies> {
  return { ...given(rest), ...(renewalMonths !== undefined && { renewalMonths }), ...(pauseDaysMax !== undefined && { pauseDaysMax }) };
}

/** @throws DomainError WHEN_UNCLEAR */
export function oneOf<Word extends string>(when: Word | null | undefined, on: LocalDate | null | undefined): Word | LocalDate {
  if (when != null && on == null) return when;
  if (when == null && on != null) return on;
  throw new DomainError('WHEN_UNCLEAR', 'It is said either when or on which day.', { field: 'when', remedy: 'Give one of the two.' });
}

function subsidyOf({ amount, percent, cap }: t.ContractSubsidyAgreeInput, code: string): SubsidyTerms {
  const capMinor = cap ? minorOf(cap, code, 'cap') : null;
  if (amount && percent == null) return { mode: 'fixed', amountMinor: minorOf(amount, code, 'amount'), capMinor };
  if (!amount && percent != null) return { mode: 'percent', percent, capMinor };
  throw new DomainError('SUBSIDY_UNCLEAR', 'A subsidy is an amount or a percentage.', { field: 'amount', remedy: 'Give one of the two.' });
}
