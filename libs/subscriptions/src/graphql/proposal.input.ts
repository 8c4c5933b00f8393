// What can be proposed in a preview: every act on prices, contracts and enrolments, with the input of its own mutation.
import { Field, InputType } from '@nestjs/graphql';
import { DomainError } from '@countinghouse/kernel';
import { type Actor, type Loaders, newId } from '@countinghouse/platform';
import { placed, type Proposal } from '../use-cases/apply-proposals';
import { PlanResolver, ProductResolver } from './catalogue.resolver';
import { PlanPricesPublishInput, ProductTaxChangeInput } from './catalogue.type';
import { ContractComponentAddInput, ContractComponentChangeInput, ContractComponentEndInput } from './component.type';
import { ComponentChangeResolver, ContractChangeResolver } from './contract-change.resolver';
import {
  ContractCycleAmendInput, ContractEndInput, ContractRenewInput, ContractResumeInput, ContractSubsidyAgreeInput, ContractSuspendInput, ContractTermAgreeInput,
} from './contract.type';
import { EnrolmentActsResolver } from './enrolment.resolver';
import {
  EnrolmentsAskByInput, EnrolmentsCancelInput, EnrolmentsPauseInput, EnrolmentsPlanChangeInput, EnrolmentsResumeInput, EnrolmentsStartInput,
} from './enrolment.type';

@InputType('ProposalInput', { description: 'Exactly one: the mutation of that name, with its input. It is done for the preview only.' })
export class ProposalInput {
  @Field(() => PlanPricesPublishInput, { nullable: true })
  readonly planPricesPublish?: PlanPricesPublishInput | null;
  @Field(() => ProductTaxChangeInput, { nullable: true })
  readonly productTaxChange?: ProductTaxChangeInput | null;
  @Field(() => ContractCycleAmendInput, { nullable: true })
  readonly contractCycleAmend?: ContractCycleAmendInput | null;
  @Field(() => ContractTermAgreeInput, { nullable: true })
  readonly contractTermAgree?: ContractTermAgreeInput | null;
  @Field(() => ContractRenewInput, { nullable: true })
  readonly contractRenew?: ContractRenewInput | null;
  @Field(() => ContractSuspendInput, { nullable: true })
  readonly contractSuspend?: ContractSuspendInput | null;
  @Field(() => ContractResumeInput, { nullable: true })
  readonly contractResume?: ContractResumeInput | null;
  @Field(() => ContractEndInput, { nullable: true })
  readonly contractEnd?: ContractEndInput | null;
  @Field(() => ContractSubsidyAgreeInput, { nullable: true })
  readonly contractSubsidyAgree?: ContractSubsidyAgreeInput | null;
  @Field(() => ContractComponentAddInput, { nullable: true })
  readonly contractComponentAdd?: ContractComponentAddInput | null;
  @Field(() => ContractComponentChangeInput, { nullable: true })
  readonly contractComponentChange?: ContractComponentChangeInput | null;
  @Field(() => ContractComponentEndInput, { nullable: true })
  readonly contractComponentEnd?: ContractComponentEndInput | null;
  @Field(() => EnrolmentsStartInput, { nullable: true })
  readonly enrolmentsStart?: EnrolmentsStartInput | null;
  @Field(() => EnrolmentsPlanChangeInput, { nullable: true })
  readonly enrolmentsPlanChange?: EnrolmentsPlanChangeInput | null;
  @Field(() => EnrolmentsPauseInput, { nullable: true })
  readonly enrolmentsPause?: EnrolmentsPauseInput | null;
  @Field(() => EnrolmentsResumeInput, { nullable: true })
  readonly enrolmentsResume?: EnrolmentsResumeInput | null;
  @Field(() => EnrolmentsCancelInput, { nullable: true })
  readonly enrolmentsCancel?: EnrolmentsCancelInput | null;
  @Field(() => EnrolmentsAskByInput, { nullable: true })
  readonly enrolmentsAskBy?: EnrolmentsAskByInput | null;
}

type Mutation = (input: object, actor: Actor, loaders: Loaders) => Promise<unknown>;

/**
 * The proposals as the use cases take them. The resolvers of the mutations translate their own inputs, with use cases that
 * only take down what they were given; so a proposal says exactly what the mutation would do.
 * @throws DomainError PROPOSAL_UNCLEAR, and what a resolver throws, with the place of the proposal in the field
 */
export async function proposalsOf(inputs: readonly ProposalInput[], actor: Actor, loaders: Loaders): Promise<Proposal[]> {
  const proposals: Proposal[] = [];
  const mutations = takingDown(proposals);
  for (const [index, input] of inputs.entries()) {
    const given = Object.entries(input).filter(([, value]) => value != null);
    const [name, value] = given[0] ?? [];
    if (given.length !== 1 || name === undefined) throw unclear(index);
    const resolver = mutations.find((each) => name in each)!;
    try {
      await resolver[name]!(value as object, actor, loaders);
    } catch (error) {
      throw error instanceof DomainError ? placed(error, index, name) : error;
    }
  }
  return proposals;
}

function takingDown(proposals: Proposal[]): Record<string, Mutation>[] {
  const taker = (act: string, answer: (input: { contractId?: string }) => unknown) => ({
    execute: (input: object) => {
      proposals.push({ act, input });
      return Promise.resolve(answer(input));
    },
  });
  const ofContract = (act: string) => taker(act, ({ contractId }) => contractId) as never;
  // An id of nothing: what the act would make or change is not looked at.
  const ofAnother = (act: string) => taker(act, () => newId()) as never;
  const ofEnrolments = (act: string) => taker(act, () => ({ started: [], changed: [], unchanged: [], refused: [] })) as never;
  const nothing = undefined as never;
  const resolvers: object[] = [
    new PlanResolver(nothing, nothing, ofAnother('publish-prices'), nothing),
    new ProductResolver(nothing, nothing, ofAnother('change-product-tax')),
    new ContractChangeResolver(
      nothing, nothing, ofContract('amend-cycle'), nothing, ofContract('agree-term'), ofContract('renew-contract'), ofContract('suspend-contract'),
      ofContract('resume-contract'), ofContract('end-contract'), nothing, ofContract('agree-subsidy'),
    ),
    new ComponentChangeResolver(ofAnother('add-component'), ofAnother('change-component'), ofAnother('end-component')),
    new EnrolmentActsResolver(
      ofEnrolments('start-enrolment'), ofEnrolments('change-plan'), ofEnrolments('pause-enrolment'), ofEnrolments('resume-enrolment'),
      ofEnrolments('cancel-enrolment'), ofEnrolments('ask-by'),
    ),
  ];
  return resolvers as Record<string, Mutation>[];
}

function unclear(index: number): DomainError {
  return new DomainError('PROPOSAL_UNCLEAR', 'A proposal is exactly one act.', { field: `proposals.${index}`, remedy: 'Give one act, and a proposal for each further one.' });
}
