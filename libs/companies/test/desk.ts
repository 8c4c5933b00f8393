// A desk at which companies are kept: the use cases on a database of its own, and a clock.
import { DiscoveryService } from '@nestjs/core';
import { CompanyId } from '@countinghouse/kernel';
import { Actor, Audit, Idempotency, TestClock } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Companies } from '../src/companies.facade';
import { CompanyMoveChecks } from '../src/move-checks/move-check';
import { CompanyObstacle, CompanyStatusChecks } from '../src/status-checks/status-check';
import { DependentCompanies } from '../src/status-checks/dependent-companies.check';
import { AddNote } from '../src/use-cases/add-note';
import { ChangeCompanyStatus } from '../src/use-cases/change-company-status';
import { Contacts } from '../src/use-cases/contacts';
import { EditCompany } from '../src/use-cases/edit-company';
import { MoveCompanies } from '../src/use-cases/move-companies';
import { RegisterCompany, RegisterCompanyInput } from '../src/use-cases/register-company';

export const BILLING: Actor = { subject: 'ana', role: 'billing', issuers: '*' };
export const ACCOUNTANT: Actor = { subject: 'rui', role: 'accountant', issuers: '*' };
export const VIEWER: Actor = { subject: 'eva', role: 'viewer', issuers: '*' };

/** As no context behind the arrow had anything against a move. */
export const moveChecks = new CompanyMoveChecks({ getProviders: () => [] } as unknown as DiscoveryService);

export class Desk {
  readonly clock = new TestClock(Date.parse('2026-03-10T12:00:00Z'));
  /** What contexts behind the arrow would say; a spec fills it. */
  readonly obstacles: CompanyObstacle[] = [];
  readonly companies = new Companies();
  readonly register: RegisterCompany;
  readonly editing: EditCompany;
  readonly status: ChangeCompanyStatus;
  readonly moves: MoveCompanies;
  readonly contacts: Contacts;
  readonly notes: AddNote;
  private count = 0;

  private constructor(readonly test: TestDatabase) {
    const audit = new Audit();
    const own = new DependentCompanies();
    const checks = {
      all: async (...asked: Parameters<CompanyStatusChecks['all']>) => {
        const said = [...(await own.check(asked[0], asked[1], asked[2])), ...this.obstacles.filter(({ companyId }) => asked[1].includes(companyId))];
        return new Map(asked[1].map((id) => [id, said.filter(({ companyId }) => companyId === id)]));
      },
    } as CompanyStatusChecks;
    this.register = new RegisterCompany(test.database, audit, this.clock, new Idempotency());
    this.editing = new EditCompany(test.database, audit, this.clock);
    this.status = new ChangeCompanyStatus(test.database, audit, this.clock, checks);
    this.moves = new MoveCompanies(test.database, audit, this.clock, moveChecks);
    this.contacts = new Contacts(test.database, audit);
    this.notes = new AddNote(test.database, audit);
  }

  static async open(): Promise<Desk> {
    return new Desk(await createTestDatabase());
  }

  company(input: Partial<RegisterCompanyInput> = {}): Promise<CompanyId> {
    const number = `C-${String(++this.count).padStart(4, '0')}`;
    const needed = { number, legalName: `Company ${number}`, country: 'PT', currency: 'EUR', language: 'pt', timeZone: 'Europe/Lisbon', paymentTermsDays: 30 };
    return this.register.execute({ ...needed, ...input }, BILLING);
  }

  query<Row extends object>(sql: string, params: unknown[] = []): Promise<Row[]> {
    return this.test.database.query<Row>(sql, params);
  }

  async on(day: string): Promise<void> {
    this.clock.advanceTo(Date.parse(`${day}T12:00:00Z`));
  }
}
