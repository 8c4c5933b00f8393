// The acts on catalogue, contracts and enrolments, put together for the specs as the module does, with a clock that stands still.
import { DiscoveryService } from '@nestjs/core';
import { Companies } from '@countinghouse/companies';
import { IssuerId, LocalDate } from '@countinghouse/kernel';
import { Audit, Idempotency, OpenPeriods, OpenPeriodsProvider, OpenPeriodsSource, TestClock } from '@countinghouse/platform';
import { ActivateContract } from '../src/use-cases/activate-contract';
import { AddComponent } from '../src/use-cases/add-component';
import { AgreeSubsidy } from '../src/use-cases/agree-subsidy';
import { AgreeTerm } from '../src/use-cases/agree-term';
import { AmendCycle } from '../src/use-cases/amend-cycle';
import { AmendZone } from '../src/use-cases/amend-zone';
import { Amendments } from '../src/use-cases/amendments';
import { AskBy } from '../src/use-cases/ask-by';
import { CancelEnrolments } from '../src/use-cases/cancel-enrolments';
import { ChangeComponent } from '../src/use-cases/change-component';
import { ChangePlan } from '../src/use-cases/change-plan';
import { ChangeProductTax } from '../src/use-cases/change-product-tax';
import { DraftContract } from '../src/use-cases/draft-contract';
import { EndComponent } from '../src/use-cases/end-component';
import { EndContract } from '../src/use-cases/end-contract';
import { EnrolmentActs } from '../src/use-cases/enrolment-acts';
import { FollowLeaving } from '../src/use-cases/follow-leaving';
import { PauseEnrolments } from '../src/use-cases/pause-enrolments';
import { PublishPrices } from '../src/use-cases/publish-prices';
import { PublishProduct } from '../src/use-cases/publish-product';
import { RecordEnrolmentChanges } from '../src/use-cases/record-enrolment-changes';
import { RenewContract } from '../src/use-cases/renew-contract';
import { RenewDueContracts } from '../src/use-cases/renew-due-contracts';
import { ResumeContract } from '../src/use-cases/resume-contract';
import { ResumeEnrolments } from '../src/use-cases/resume-enrolments';
import { RetirePlan } from '../src/use-cases/retire-plan';
import { SetContractPolicies } from '../src/use-cases/set-contract-policies';
import { StartEnrolments } from '../src/use-cases/start-enrolments';
import { SuspendContract } from '../src/use-cases/suspend-contract';
import { SpecDatabase } from './world';

/** The books of the specs: all open unless a spec closes them up to a day. */
@OpenPeriodsProvider()
export class SpecBooks implements OpenPeriodsSource {
  firstOpenDay: LocalDate | undefined;

  async firstOpenDays(_reader: unknown, issuerIds: readonly IssuerId[]): Promise<ReadonlyMap<IssuerId, LocalDate>> {
    return new Map(this.firstOpenDay === undefined ? [] : issuerIds.map((id) => [id, this.firstOpenDay!]));
  }
}

export function specOpenPeriods(books: OpenPeriodsSource): OpenPeriods {
  return new OpenPeriods({ getProviders: () => [{ metatype: SpecBooks, instance: books }] } as unknown as DiscoveryService);
}

/** @param now the instant at which the clock stands at first: '2026-06-10T12:00:00Z' */
export function actsOn({ database }: SpecDatabase, now: string) {
  const books = new SpecBooks();
  const clock = new TestClock(Date.parse(now));
  const audit = new Audit();
  const openPeriods = specOpenPeriods(books);
  const amendments = new Amendments(database, clock, openPeriods, audit, new Companies());
  const followLeaving = new FollowLeaving(new Companies(), clock);
  const recordEnrolmentChanges = new RecordEnrolmentChanges(new Companies(), followLeaving);
  const enrolmentActs = new EnrolmentActs(database, clock, openPeriods, audit, recordEnrolmentChanges);
  return {
    clock,
    books,
    amendments,
    publishProduct: new PublishProduct(database, audit),
    publishPrices: new PublishPrices(database, audit, openPeriods),
    changeProductTax: new ChangeProductTax(database, audit, openPeriods),
    retirePlan: new RetirePlan(database, audit),
    draft: new DraftContract(database, audit),
    activate: new ActivateContract(amendments),
    addComponent: new AddComponent(amendments, new Idempotency()),
    changeComponent: new ChangeComponent(amendments),
    endComponent: new EndComponent(amendments),
    agreeSubsidy: new AgreeSubsidy(amendments),
    agreeTerm: new AgreeTerm(amendments),
    amendCycle: new AmendCycle(amendments),
    amendZone: new AmendZone(amendments),
    suspend: new SuspendContract(amendments),
    resume: new ResumeContract(amendments),
    end: new EndContract(amendments),
    renew: new RenewContract(amendments),
    renewDue: new RenewDueContracts(database, amendments),
    setPolicies: new SetContractPolicies(amendments),
    enrol: new StartEnrolments(enrolmentActs),
    changePlan: new ChangePlan(enrolmentActs),
    pause: new PauseEnrolments(enrolmentActs),
    resumeEnrolments: new ResumeEnrolments(enrolmentActs),
    cancel: new CancelEnrolments(enrolmentActs),
    askBy: new AskBy(enrolmentActs),
    followLeaving,
    recordEnrolmentChanges,
  };
}
export type Acts = ReturnType<typeof actsOn>;
