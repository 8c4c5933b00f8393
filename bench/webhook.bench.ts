// Acknowledging webhooks: how many statements it takes until a webhook is stored and may be answered.
import { createHmac } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { Reader } from '@countinghouse/platform';
import { AppModule } from '../apps/api/src/app.module';
import { configFrom } from '../apps/api/src/config';
import { Bench, Clone } from './harness';

const SECRET = 'a-webhook-secret-of-the-bench';

export async function measure(bench: Bench): Promise<void> {
  const webhooks = bench.sized(100, 500);
  const alone = await bench.onClone((clone) => statementsPerWebhook(clone, webhooks, 1));
  const burst = await bench.onClone((clone) => statementsPerWebhook(clone, webhooks, 50));
  const unit = 'statements per webhook';
  bench.add({ name: 'webhook: acknowledged one after the other', ours: alone, floor: 1, unit, goal: 1, better: 'lower' });
  bench.add({ name: 'webhook: acknowledged in bursts of 50', ours: burst, floor: 1, unit, goal: 0.25, better: 'lower' });
}

/** Through HTTP, signed as the sandbox signs; BEGIN and COMMIT not counted. */
async function statementsPerWebhook(clone: Clone, webhooks: number, atOnce: number): Promise<number> {
  const config = configFrom({ DATABASE_URL: clone.url, SANDBOX_WEBHOOK_SECRETS: SECRET }, ['databaseUrl']);
  const app = await NestFactory.create(AppModule.forRole('http', config), { rawBody: true, logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const counted = countStatements();
  try {
    const url = `${await app.getUrl()}/webhooks/sandbox`;
    for (let no = 0; no < webhooks; no += atOnce) await Promise.all(Array.from({ length: atOnce }, (_, at) => post(url, no + at + 1)));
    return counted.statements / webhooks;
  } finally {
    counted.stop();
    await app.close();
  }
}

async function post(url: string, no: number): Promise<void> {
  const charge = { reference: `ch_${no}`, idempotencyKey: `key-${no}`, amountMinor: '1250', currency: 'EUR', declineCode: null };
  const body = JSON.stringify({ id: `evt_${no}`, type: 'charge.captured', occurredAt: Date.now(), charge });
  const seconds = Math.floor(Date.now() / 1000);
  const hmac = createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex');
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'sandbox-signature': `t=${seconds},v1=${hmac}` } });
  if (answer.status !== 200) throw new Error(`a webhook was answered with ${answer.status}`);
}

/** Every statement of ours goes through this one method. */
function countStatements(): { readonly statements: number; stop(): void } {
  const prototype = Reader.prototype as unknown as { run(...args: unknown[]): unknown };
  const run = prototype.run;
  const counted = { statements: 0, stop: () => void (prototype.run = run) };
  prototype.run = function (...args) {
    counted.statements++;
    return run.apply(this, args);
  };
  return counted;
}
