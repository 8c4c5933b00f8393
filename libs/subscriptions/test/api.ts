// The subscriptions' part of the API over HTTP, on a database of its own.
import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { CompaniesGraphqlModule, companiesPersistence } from '@countinghouse/companies';
import { DevelopmentIssuer, GraphqlKitModule, PlatformGraphqlModule, PlatformModule, Reader, Role, TelemetryModule } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { SubscriptionsGraphqlModule } from '../src/subscriptions-graphql.module';
import { subscriptionsPersistence } from '../src/subscriptions.manifest';

export class SubscriptionsApi {
  private constructor(
    readonly test: TestDatabase,
    private readonly app: NestExpressApplication,
  ) {}

  static async open(): Promise<SubscriptionsApi> {
    const test = await createTestDatabase();
    const module = await Test.createTestingModule({
      imports: [
        PlatformModule.forRoot({ databaseUrl: test.url, manifests: [companiesPersistence, subscriptionsPersistence], role: 'http' }),
        TelemetryModule,
        GraphqlKitModule.forRoot({ production: false, auth: { mode: 'development' } }),
        PlatformGraphqlModule,
        CompaniesGraphqlModule,
        SubscriptionsGraphqlModule,
      ],
    }).compile();
    const app = await module.createNestApplication<NestExpressApplication>({ logger: false }).init();
    return new SubscriptionsApi(test, app);
  }

  /** The data of an answer that must have no errors. */
  async ask(query: string, variables: object = {}, role: Role = 'billing') {
    const token = await this.app.get(DevelopmentIssuer, { strict: false }).token({ subject: role, role, issuers: '*' });
    const { body } = await request(this.app.getHttpServer() as Server).post('/graphql').set('Authorization', `Bearer ${token}`).send({ query, variables });
    expect(body.errors).toBeUndefined();
    return body.data;
  }

  /** What a mutation answers. */
  async act(mutation: string, inputType: string, input: object, fields: string, role?: Role) {
    const query = `mutation ($input: ${inputType}!) { answer: ${mutation}(input: $input) { ${fields} userErrors { code path } } }`;
    return (await this.ask(query, { input }, role)).answer;
  }

  /** Counts the statements of one question. */
  async statements(work: () => Promise<unknown>): Promise<number> {
    const spy = jest.spyOn(Reader.prototype as unknown as { run(): unknown }, 'run');
    await work();
    const count = spy.mock.calls.length;
    spy.mockRestore();
    return count;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.test.drop();
  }
}
