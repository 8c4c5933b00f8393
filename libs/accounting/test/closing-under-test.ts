// For the specs of the close: accounting as an application with a clock that is told what day it is, and three people.
import { Type } from '@nestjs/common';
import { Test, TestingModule } from '@nestjs/testing';
import type { Id } from '@countinghouse/kernel';
import { Actor, AppClock, PlatformModule, TestClock } from '@countinghouse/platform';
import { AccountingModule } from '../src/accounting.module';
import { BooksUnderTest, day } from './books-under-test';

const accountant = (subject: string): Actor => ({ subject, role: 'accountant', issuers: '*' });

export const ana = accountant('ana');
export const bruno = accountant('bruno');
export const clerk: Actor = { subject: 'carla', role: 'billing', issuers: '*' };

export class ClosingUnderTest {
  private constructor(
    readonly ledger: BooksUnderTest,
    private readonly app: TestingModule,
  ) {}

  /** On 10 March 2026, so that January and February are over. */
  static async create(): Promise<ClosingUnderTest> {
    const ledger = await BooksUnderTest.create();
    const platform = PlatformModule.forRoot({ databaseUrl: ledger.test.url, manifests: [], role: 'cli', poolSize: 40 });
    const clock = new TestClock(Date.parse('2026-03-10T12:00:00Z'));
    const app = await Test.createTestingModule({ imports: [platform, AccountingModule] }).overrideProvider(AppClock).useValue(clock).compile();
    await app.init();
    return new ClosingUnderTest(ledger, app);
  }

  get<T>(type: Type<T>): T {
    return this.app.get(type);
  }

  period(start: string) {
    return { issuerId: this.ledger.issuerId, periodStart: day(start) };
  }

  async stateOf(start: string): Promise<string> {
    const [row] = await this.ledger.database.query<{ state: string }>('SELECT state FROM accounting.period WHERE issuer_id = $1 AND starts_on = $2', [
      this.ledger.issuerId,
      start,
    ]);
    return row!.state;
  }

  /** What the audit trail says was done, by whom. */
  audited(subjectType: string): Promise<{ action: string; actor: string; reason: string | null }[]> {
    return this.ledger.database.query('SELECT action, actor, reason FROM platform.audit_entry WHERE subject_type = $1 ORDER BY id', [subjectType]);
  }

  async drop(): Promise<void> {
    await this.app.close();
    await this.ledger.test.drop();
  }
}

export const noId = '0197a000-0000-7000-8000-00000000dead' as Id<never>;
