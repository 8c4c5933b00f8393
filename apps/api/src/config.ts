// The configuration: one frozen object, checked once at the start. Nothing else reads the environment.
import { z } from 'zod';

interface Variable<Schema extends z.ZodType = z.ZodType> {
  /** Its name in the environment. */
  readonly env: string;
  readonly schema: Schema;
  /** What is expected, as the end of a sentence: "a whole number from 1 to 65535". */
  readonly expected: string;
  readonly example: string;
  /** Its value is never shown. */
  readonly secret?: true;
  /** Production refuses to start when it is set: it would open a door that only a developer needs. */
  readonly developmentOnly?: true;
}

const variable = <Schema extends z.ZodType>(declared: Variable<Schema>) => declared;
const port = z.coerce.number().int().min(1).max(65_535);
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const switch_ = z.enum(['on', 'off']).transform((value) => value === 'on');
const daysByRule = (text: string): Record<string, number> =>
  Object.fromEntries(text.split(',').map((part) => part.split('=')).map(([rule, days]) => [rule!, Number(days)]));
const PORT_EXPECTED = 'a whole number from 1 to 65535';

const VARIABLES = {
  environment: variable({
    env: 'NODE_ENV',
    schema: z.enum(['development', 'test', 'production']).default('development'),
    expected: 'development, test or production',
    example: 'production',
  }),
  databaseUrl: variable({
    env: 'DATABASE_URL',
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    expected: 'the URL of a PostgreSQL 18 database; `npm start` brings its own when it is not set',
    example: 'postgresql://countinghouse:secret@db.internal:5432/countinghouse',
    secret: true,
  }),
  databasePoolSize: variable({
    env: 'DATABASE_POOL_SIZE',
    schema: count(2, 200).default(10),
    expected: 'connections of one process at the most, from 2 to 200',
    example: '10',
  }),
  databasePort: variable({
    env: 'DATABASE_PORT',
    schema: port.optional(),
    expected: `the port of the embedded PostgreSQL, ${PORT_EXPECTED}; a free one is chosen when it is not set`,
    example: '54329',
  }),
  queueUrl: variable({
    env: 'QUEUE_URL',
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    expected: 'the URL of a Redis; the queue lies in PostgreSQL when it is not set',
    example: 'redis://queue.internal:6379',
    secret: true,
  }),
  queueLeaseMs: variable({
    env: 'QUEUE_LEASE_MS',
    schema: count(500, 3_600_000).default(20_000),
    expected: 'milliseconds after which a job that has done nothing is taken for lost and enqueued again, from 500 to 3600000',
    example: '20000',
  }),
  queueJobLimitMs: variable({
    env: 'QUEUE_JOB_LIMIT_MS',
    schema: count(1_000, 86_400_000).default(900_000),
    expected: 'milliseconds after which work that has not returned has failed, from 1000 to 86400000',
    example: '900000',
  }),
  host: variable({
    env: 'HOST',
    schema: z.string().min(1).default('127.0.0.1'),
    expected: 'the address to listen on',
    example: '0.0.0.0',
  }),
  port: variable({
    env: 'PORT',
    schema: port.optional(),
    expected: `the port of the HTTP process, ${PORT_EXPECTED}; 3000, or the next free one under \`npm start\`, when it is not set`,
    example: '3000',
  }),
  workerPort: variable({
    env: 'WORKER_PORT',
    schema: port.optional(),
    expected: `the port of a worker's health and metrics, ${PORT_EXPECTED}; 3001 when it is not set`,
    example: '3001',
  }),
  workers: variable({
    env: 'WORKERS',
    schema: count(1, 64).default(1),
    expected: 'how many worker processes `npm start` runs, from 1 to 64',
    example: '2',
  }),
  logLevel: variable({
    env: 'LOG_LEVEL',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    expected: 'debug, info, warn, error or silent',
    example: 'info',
  }),
  dataDirectory: variable({
    env: 'DATA_DIRECTORY',
    schema: z.string().min(1).default('.data'),
    expected: 'the folder, seen from the project, for everything that a development start keeps',
    example: '.data',
  }),
  oidcIssuer: variable({
    env: 'OIDC_ISSUER',
    schema: z.url().optional(),
    expected: 'the `iss` of the tokens that are taken; the development issuer makes them when it is not set',
    example: 'https://login.example.com/',
  }),
  oidcAudience: variable({
    env: 'OIDC_AUDIENCE',
    schema: z.string().min(1).optional(),
    expected: 'the `aud` of the tokens that are taken',
    example: 'countinghouse',
  }),
  oidcJwksUrl: variable({
    env: 'OIDC_JWKS_URL',
    schema: z.url({ protocol: /^https?$/ }).optional(),
    expected: 'where the public keys of the issuer are; https in production',
    example: 'https://login.example.com/.well-known/jwks.json',
  }),
  sandboxProvider: variable({
    env: 'SANDBOX_PROVIDER',
    schema: switch_.optional(),
    expected: 'on or off: the payment provider that moves no money; on outside production when it is not set',
    example: 'off',
    developmentOnly: true,
  }),
  sandboxWebhookSecrets: variable({
    env: 'SANDBOX_WEBHOOK_SECRETS',
    // The sandbox moves no money and does not exist in production, so a secret that everybody knows protects enough.
    schema: z.string().default('sandbox-webhook-secret').transform((text) => text.split(',')),
    expected: 'one or two secrets of at least 16 characters, with a comma between; the first signs, both are accepted',
    example: 'the-new-webhook-secret,the-old-webhook-secret',
    secret: true,
    developmentOnly: true,
  }),
  sandboxWebhookUrl: variable({
    env: 'SANDBOX_WEBHOOK_URL',
    schema: z.url().optional(),
    expected: 'scheme, host and port under which the sandbox reaches our HTTP process; this machine when it is not set',
    example: 'http://api:3000',
    developmentOnly: true,
  }),
  vatChecks: variable({
    env: 'VAT_CHECKS',
    schema: z.enum(['vies', 'sandbox', 'off']).optional(),
    expected: 'vies, sandbox or off: who is asked about VAT numbers; vies in production and the sandbox elsewhere when it is not set',
    example: 'vies',
  }),
  retentionDays: variable({
    env: 'RETENTION_DAYS',
    schema: z.string().regex(/^[a-z.-]+=\d{1,5}(,[a-z.-]+=\d{1,5})*$/).transform(daysByRule).default({}),
    expected: 'names of retention rules, each with the days it keeps, and commas between; `npm run cli -- retention` lists them',
    example: 'platform.events=180,payments.webhooks=730',
  }),
  viesUrl: variable({
    env: 'VIES_URL',
    schema: z.url({ protocol: /^https?$/ }).default('https://ec.europa.eu/taxation_customs/vies/rest-api'),
    expected: 'where the REST interface of VIES is',
    example: 'https://ec.europa.eu/taxation_customs/vies/rest-api',
  }),
  viesRequester: variable({
    env: 'VIES_REQUESTER',
    schema: z.string().regex(/^[A-Z]{2}[A-Z0-9]{2,14}$/).optional(),
    expected: 'our own VAT number with its country, for which VIES gives consultation numbers',
    example: 'PT501964843',
  }),
} satisfies Record<string, Variable>;

type Values = { readonly [Name in keyof typeof VARIABLES]: z.output<(typeof VARIABLES)[Name]['schema']> };

export interface Config extends Omit<Values, 'port' | 'workerPort' | 'sandboxProvider' | 'vatChecks'> {
  readonly production: boolean;
  readonly sandboxProvider: boolean;
  readonly vatChecks: 'vies' | 'sandbox' | 'off';
  readonly port: number;
  readonly workerPort: number;
  /** Whether PORT was set: a port that somebody asked for is never replaced by another. */
  readonly portChosen: boolean;
}

/** A configuration in which these variables are certainly set. */
type ConfigWith<Required extends keyof Values> = Config & { readonly [Name in Required & keyof Config]-?: NonNullable<Config[Name]> };

const DEFAULT_PORT = 3000;

/** What is wrong with the environment, one line per variable. Meant to be printed, then the process ends. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads and checks the environment of this process. @throws ConfigError with every problem at once */
export function loadConfig<Required extends keyof Values = never>(
  required: readonly Required[] = [],
): ConfigWith<Required> {
  return configFrom(process.env, required);
}

/** The same for a given environment. Empty text counts as not set, because compose files cannot leave a variable out. */
export function configFrom<Required extends keyof Values = never>(
  environment: Readonly<Record<string, string | undefined>>,
  required: readonly Required[] = [],
): ConfigWith<Required> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const production = environment['NODE_ENV'] === 'production';
  for (const [name, declared] of Object.entries<Variable>(VARIABLES)) {
    const text = environment[declared.env]?.trim() || undefined;
    const read = declared.schema.safeParse(text);
    values[name] = read.success ? read.data : undefined;
    const missing = text === undefined && required.includes(name as Required) && values[name] === undefined;
    if (!read.success || missing) problems.push(problemWith(declared, text));
    if (production && declared.developmentOnly && text !== undefined && values[name] !== false) {
      problems.push(`${declared.env} is for development only and must not be set in production. Remove it.`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const { sandboxProvider, vatChecks, port: chosen, workerPort } = values as Partial<Values>;
  return Object.freeze({
    ...values,
    production,
    sandboxProvider: sandboxProvider ?? !production,
    vatChecks: vatChecks ?? (production ? 'vies' : 'sandbox'),
    port: chosen ?? DEFAULT_PORT,
    workerPort: workerPort ?? DEFAULT_PORT + 1,
    portChosen: chosen !== undefined,
  }) as unknown as ConfigWith<Required>;
}

/** The environment for a process that this one starts: its own, with what it has found out since. */
export function environmentWith(changes: Readonly<Partial<Record<keyof Values, string>>>): NodeJS.ProcessEnv {
  const renamed = Object.entries(changes).map(([name, value]) => [VARIABLES[name as keyof Values].env, value]);
  return { ...process.env, ...(Object.fromEntries(renamed) as Record<string, string>) };
}

function problemWith({ env, secret, expected, example }: Variable, text: string | undefined): string {
  const found = text === undefined ? 'is not set' : secret ? 'has a value that cannot be used' : `is ${JSON.stringify(text)}`;
  return `${env} ${found}; expected ${expected}. Example: ${env}=${example}`;
}
