// The companies' part of the API over HTTP, on a database of its own.
import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { DevelopmentIssuer, GraphqlKitModule, LIMITS, PlatformGraphqlModule, PlatformModule, Role, TelemetryModule } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { CompaniesGraphqlModule } from '../src/companies-graphql.module';
import { companiesPersistence } from '../src/companies.manifest';

export class CompaniesApi {
  private constructor(
    readonly test: TestDatabase,
    readonly app: NestExpressApplication,
  ) {}

  static async open(...imports: object[]): Promise<CompaniesApi> {
    const test = await createTestDatabase();
    const module = await Test.createTestingModule({
      imports: [
        PlatformModule.forRoot({ databaseUrl: test.url, manifests: [companiesPersistence], role: 'http' }),
        TelemetryModule,
        GraphqlKitModule.forRoot({ production: false, auth: { mode: 'development' } }),
        PlatformGraphqlModule,
        CompaniesGraphqlModule,
        ...(imports as never[]),
      ],
    }).compile();
    const app = module.createNestApplication<NestExpressApplication>({ logger: false, bodyParser: false });
    app.useBodyParser('json', { limit: LIMITS.bodyBytes });
    await app.init();
    return new CompaniesApi(test, app);
  }

  get<T>(type: { readonly prototype: T }): T {
    return this.app.get(type as never, { strict: false });
  }

  private get http(): Server {
    return this.app.getHttpServer();
  }

  private token(role: Role): Promise<string> {
    return this.get(DevelopmentIssuer).token({ subject: role, role, issuers: '*' });
  }

  /** The data of an answer that must have no errors. */
  async ask(query: string, variables: object = {}, role: Role = 'billing') {
    const { body } = await request(this.http).post('/graphql').set('Authorization', `Bearer ${await this.token(role)}`).send({ query, variables });
    expect(body.errors).toBeUndefined();
    return body.data;
  }

  async download(path: string, role: Role = 'billing') {
    return request(this.http).get(path).set('Authorization', `Bearer ${await this.token(role)}`);
  }

  query<Row extends object>(sql: string, params: unknown[] = []): Promise<Row[]> {
    return this.test.database.query<Row>(sql, params);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.test.drop();
  }
}
