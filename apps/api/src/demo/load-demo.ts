// Loads the demo business through the doors that a user has: use cases for what is set up once, imports for the files.
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Books } from '@countinghouse/accounting';
import { OpenSeries } from '@countinghouse/invoicing';
import { currency, LocalDate, Money, timeZone, yearOf } from '@countinghouse/kernel';
import { Actor, Database, Imports, Issuer, Issuers, Run } from '@countinghouse/platform';
import { PublishPlan } from '@countinghouse/subscriptions';
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
    private readonly issuers: Issuers,
    private readonly books: Books,
    private readonly openSeries: OpenSeries,
    private readonly publishPlan: PublishPlan,
    private readonly imports: Imports,
  ) {}

  /** Issuers with open books and number series for the years given, and the catalogue. Again is harmless. */
  async setUp(from: LocalDate, today: LocalDate, actor: Actor): Promise<Issuer[]> {
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
      for (const stream of ['company', 'member'] as const) {
        for (const documentType of ['invoice', 'credit-note'] as const) {
          await this.openSeries.execute({ issuerId: issuer.id, documentType, stream, year: yearOf(today) }, actor);
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
