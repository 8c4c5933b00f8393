// Asks whether VAT numbers are registered, when they are due or when somebody wants to know.
import { Inject, Injectable, Optional } from '@nestjs/common';
import { CompanyId, DomainError, Id } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, newId, systemActor } from '@countinghouse/platform';
import { viesNumber } from '../domain/tax-id';
import { companiesById, lockCompaniesById } from '../persistence/company.queries';
import { AnsweredNumber, keepAnswers, leaseDueNumbers, NumberToCheck } from '../persistence/vat.queries';
import { VatConfig } from '../vat/vat-config';
import { VatService } from '../vat/vat-service';
import { companyUnknown } from './refusals';

const DUE_AT_ONCE = 20;
/** The service is shared by all of Europe and answers slowly; more at once are turned away. */
const QUESTIONS_AT_ONCE = 4;
/** Longer than twenty slow answers take, four at a time. */
const LEASE_MS = 600_000;

export type VatCheckId = Id<'VatCheck'>;

@Injectable()
export class CheckVat {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: AppClock,
    /** Where the composition root has decided nothing, nobody is asked. */
    @Optional() @Inject(VatConfig) private readonly config?: VatConfig,
  ) {}

  /**
   * Asks about one company's number now. That nobody answers is an answer too: the check then says unavailable.
   * @throws DomainError FORBIDDEN, COMPANY_UNKNOWN, VAT_CHECK_IMPOSSIBLE, VAT_CHECKS_OFF
   */
  async execute(companyId: CompanyId, actor: Actor): Promise<VatCheckId> {
    authorise(actor, 'billing');
    const service = this.config?.service;
    if (!service) throw new DomainError('VAT_CHECKS_OFF', 'This installation asks no register of VAT numbers.', { remedy: 'State what is known of the number instead.' });
    const company = (await this.database.read((reader) => companiesById(reader, [companyId]))).get(companyId);
    if (!company) throw companyUnknown('companyId', companyId);
    const { country, taxId } = company.profile;
    if (taxId === null || !viesNumber(country, taxId)) {
      throw new DomainError('VAT_CHECK_IMPOSSIBLE', `${company.number} has no VAT number of the Union.`, { field: 'companyId', value: company.number, remedy: 'Give it its VAT number first.' });
    }
    const [answered] = await this.ask(service, [{ companyId, country, taxId }]);
    await this.keep(service, [answered!], actor, true);
    return answered!.id as VatCheckId;
  }

  /** Asks about the numbers whose check is due, so many at a time; says how many. */
  async checkDue(): Promise<number> {
    const service = this.config?.service;
    if (!service) return 0;
    const now = this.clock.now();
    const due = await this.database.transaction((tx) => leaseDueNumbers(tx, new Date(now), new Date(now + LEASE_MS), DUE_AT_ONCE));
    if (due.length > 0) await this.keep(service, await this.ask(service, due), systemActor('companies.check-vat'), false);
    return due.length;
  }

  /** Asks about these numbers, for a run; says how many companies have another status now. */
  async check(numbers: readonly NumberToCheck[], actor: Actor): Promise<number> {
    const service = this.config?.service;
    return service ? this.keep(service, await this.ask(service, numbers), actor, true) : 0;
  }

  /** Outside any transaction. */
  private async ask(service: VatService, numbers: readonly NumberToCheck[]): Promise<AnsweredNumber[]> {
    const answers = new Array<AnsweredNumber>(numbers.length);
    let next = 0;
    const asking = async () => {
      while (next < numbers.length) {
        const at = next++;
        const number = numbers[at]!;
        answers[at] = { ...number, id: newId<VatCheckId>(), answer: await service.ask(viesNumber(number.country, number.taxId)!) };
      }
    };
    await Promise.all(Array.from({ length: Math.min(QUESTIONS_AT_ONCE, numbers.length) }, asking));
    return answers;
  }

  /** Who asks in person is in the audit in any case; of what is asked by itself only what it changes. */
  private async keep(service: VatService, answers: readonly AnsweredNumber[], actor: Actor, inPerson: boolean): Promise<number> {
    const at = new Date(this.clock.now());
    return this.database.transaction(async (tx) => {
      await lockCompaniesById(tx, answers.map(({ companyId }) => companyId));
      const changed = await keepAnswers(tx, answers, { source: service.source, at, by: actor.subject });
      const statuses = new Map(changed.map(({ id, vatStatus }) => [id, vatStatus]));
      const told = answers.filter(({ companyId }) => inPerson || statuses.has(companyId));
      await this.audit.record(
        tx,
        actor,
        told.map(({ id, companyId, answer: { result } }) => ({
          action: 'companies.check-vat', subjectType: 'company', subjectId: companyId, change: { checkId: id, result, ...(statuses.has(companyId) && { vatStatus: statuses.get(companyId) }) },
        })),
      );
      return changed.length;
    });
  }
}
