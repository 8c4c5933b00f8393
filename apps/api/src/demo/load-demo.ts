// Loads the demo business through the doors that a user has: use cases for what is set up once, imports for the files.
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Books } from '@countinghouse/accounting';
import { OpenSeries } from '@countinghouse/invoicing';
import { ContractId, currency, EnrolmentId, LocalDate, Money, timeZone, yearOf } from '@countinghouse/kernel';
import { Actor, AppClock, Database, Imports, Issuer, Issuers, Run } from '@countinghouse/platform';
import { AddComponent, AskBy, PublishPlan, SetContractPolicies } from '@countinghouse/subscriptions';
import { DEMO_AGREEMENTS } from './agreements';
import { DEMO_ISSUERS, DEMO_PLANS } from './business';
import { DemoFile } from './files';

/** The kind of import that takes each file. */
const IMPORT_KINDS: Readonly<Record<DemoFile, string>> = {
  companies: 'companies.companies',
  members: 'companies.members',
  contracts: 'subscriptions.contracts',
  enrolments: 'subscriptions.enrolments',
  'payment-methods': 'payments.payment-methods',
};

/** Long before any contract of the demo, so that the price list is never the reason for anything. */
const PRICES_FROM = '2024-01-01' as LocalDate;

@Injectable()
export class LoadDemo {
  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
    private readonly issuers: Issuers,
    private readonly books: Books,
    private readonly openSeries: OpenSeries,
    private readonly publishPlan: PublishPlan,
    private readonly imports: Imports,
    private readonly addComponent: AddComponent,
    private readonly setPolicies: SetContractPolicies,
    private readonly askBy: AskBy,
  ) {}

  /** Issuers with open books, number series of the year that it is where they are, and the catalogue. Again is harmless. */
  async setUp(from: LocalDate, actor: Actor): Promise<Issuer[]> {
    const issuers: Issuer[] = [];
    for (const demo of DEMO_ISSUERS) {
      const issuer = await this.database.transaction(async (tx) => {
        const known = await this.issuers.byCode(tx, demo.code);
        const input = { ...demo, functionalCurrency: currency(demo.currency), timeZone: timeZone(demo.timeZone) };
        const there = known ?? (await this.issuers.create(tx, input, actor));
        const { id: issuerId, country, functionalCurrency } = there;
        await this.books.open(tx, { issuerId, country, functionalCurrency, from }, actor);
        return there;
      });
      const year = yearOf(this.clock.today(issuer.timeZone));
      for (const stream of ['company', 'member'] as const) {
        for (const documentType of ['invoice', 'credit-note'] as const) {
          await this.openSeries.execute({ issuerId: issuer.id, documentType, stream, year }, actor);
        }
      }
      issuers.push(issuer);
    }
    await this.publishCatalogue(actor);
    return issuers;
  }

  /** Starts the import of a file; the run that there is when it has been imported already. */
  importFile(file: DemoFile, path: string, actor: Actor): Promise<Run> {
    return this.imports.start(
      { kind: IMPORT_KINDS[file], fileName: basename(path), source: createReadStream(path), mode: 'goodRows' },
      actor,
    );
  }

  /**
   * What three companies have agreed beyond the files: a commitment with a discount, tiers by the peak of a period, and a one-off fee
   * with payroll. Again is harmless.
   */
  async agree(actor: Actor): Promise<void> {
    for (const { number, components, payroll } of DEMO_AGREEMENTS) {
      const contract = await this.database.read((reader) =>
        reader.first<{ id: ContractId; startsOn: LocalDate }>(
          'SELECT k.id, s.starts_on AS "startsOn" FROM subscriptions.contract k, subscriptions.contract_state_of(k.id, $2) AS s WHERE k.number = $1',
          [number, PRICES_FROM],
        ),
      );
      if (contract === undefined) continue;
      const { id: contractId, startsOn } = contract;
      const reason = 'the demo business agreed it';
      for (const { terms, ...component } of components) {
        const idempotencyKey = `demo ${number} ${component.name}`;
        await this.addComponent.execute({ ...component, contractId, reason, idempotencyKey, steps: [{ effectiveOn: startsOn, terms }] }, actor);
      }
      if (payroll) await this.payByPayroll(contractId, reason, actor);
    }
  }

  /** A quarter of the people of a contract, from their first day; by the numbers the company has given them, so that every house of one size is alike. */
  private async payByPayroll(contractId: ContractId, reason: string, actor: Actor): Promise<void> {
    const people = await this.database.read((reader) =>
      reader.query<{ id: EnrolmentId; on: LocalDate }>(
        `SELECT e.id, min(c.effective_on) AS on FROM subscriptions.enrolment e JOIN subscriptions.enrolment_change c ON c.enrolment_id = e.id
           JOIN companies.member m ON m.id = e.member_id
          WHERE e.contract_id = $1 AND right(m.employee_id, 2)::int % 4 = 0
          GROUP BY e.id HAVING bool_and(c.kind NOT IN ('payroll', 'card', 'end')) ORDER BY e.id LIMIT 5000`,
        [contractId],
      ),
    );
    if (people.length === 0) return;
    await this.setPolicies.execute({ contractId, policies: { payrollAllowed: true }, reason }, actor);
    const byDay = new Map<LocalDate, EnrolmentId[]>();
    for (const { id, on } of people) byDay.set(on, [...(byDay.get(on) ?? []), id]);
    for (const [on, enrolmentIds] of byDay) await this.askBy.execute({ enrolmentIds, payer: 'payroll', on, reason }, actor);
  }

  private async publishCatalogue(actor: Actor): Promise<void> {
    for (const { code, name, taxCategory, prices } of DEMO_PLANS) {
      const priceList = Object.entries(prices).map(([code, amount]) => ({
        price: Money.parse(amount, code),
        taxInclusive: true,
        effectiveFrom: PRICES_FROM,
      }));
      await this.publishPlan.execute({ code, name, taxCategory, prices: priceList }, actor);
    }
  }
}
