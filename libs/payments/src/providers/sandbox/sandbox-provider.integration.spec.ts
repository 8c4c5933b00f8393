// The sandbox as a provider: idempotent by key, stubborn in delivery, and not impressed by restarts.
import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DomainError } from '@countinghouse/kernel';
import { Database, Reader, TestClock } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { EUR, SECRET } from '../../../test/payments-stand';
import { PaymentsConfig, SandboxOptions } from '../../payments-config';
import { ProviderTimeout } from '../payment-provider';
import { signatureFault } from '../webhook-signature';
import { SandboxProvider } from './sandbox-provider';
import { SandboxRecord } from './sandbox-record';
import { SandboxSender } from './sandbox-sender';

describe('the sandbox provider', () => {
  let test: TestDatabase;
  let clock: TestClock;
  let endpoint: Server;
  let options: SandboxOptions;
  let provider: SandboxProvider;
  let sender: SandboxSender;
  /** What the endpoint got, and what it says. */
  let received: { id: string; type: string; signed: boolean }[];
  let answer: () => number;

  beforeEach(async () => {
    test = await createTestDatabase();
    clock = new TestClock(1_770_000_000_000);
    received = [];
    answer = () => 200;
    endpoint = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const signature = request.headers['sandbox-signature'] as string;
        const { id, type } = JSON.parse(raw.toString()) as { id: string; type: string };
        received.push({ id, type, signed: signatureFault([SECRET], signature, raw, clock.now()) === undefined });
        response.writeHead(answer()).end();
      });
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    options = { webhookSecrets: [SECRET], answerWithinMs: 60_000, webhookBaseUrl: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}` };
    restart();
  });
  afterEach(async () => {
    sender.onApplicationShutdown();
    await new Promise((resolve) => endpoint.close(resolve));
    await test.drop();
  });

  /** A new process over the same database. */
  function restart(): void {
    sender?.onApplicationShutdown();
    const record = new SandboxRecord(new Database(test.dataSource));
    provider = new SandboxProvider(record, clock, options);
    sender = new SandboxSender(record, clock, new PaymentsConfig({ production: false, sandbox: options }));
  }
  const charge = (idempotencyKey: string, token = 'tok_ok', amountMinor = 100n) => provider.charge({ idempotencyKey, token, amountMinor, currency: EUR });

  it('answers that a charge is pending, and tells the rest by a signed webhook', async () => {
    expect(await charge('k1')).toMatchObject({ outcome: { state: 'pending' } });
    expect(await provider.fetch({ idempotencyKey: 'k1' })).toMatchObject({ found: true, outcome: { state: 'pending' } });
    expect(await sender.deliver()).toBe(1);
    expect(received).toEqual([{ id: expect.stringMatching(/^evt_\d+$/) as string, type: 'charge.captured', signed: true }]);
    expect(await provider.fetch({ idempotencyKey: 'k1' })).toMatchObject({ outcome: { state: 'captured' } });
    expect(await sender.deliver()).toBe(0);
  });

  it('charges a key once, however often it is called, also at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => charge('k1')));
    expect(new Set(answers.map((one) => one.reference)).size).toBe(1);
    await charge('k1');
    await sender.deliver();
    expect(received).toHaveLength(1);
  });

  it('refuses a key that comes with another charge', async () => {
    await charge('k1');
    await expect(charge('k1', 'tok_ok', 101n)).rejects.toBeInstanceOf(DomainError);
  });

  it('takes 32 concurrent calls with one INSERT', async () => {
    const run = jest.spyOn(Reader.prototype as unknown as { run: () => Promise<unknown> }, 'run');
    await Promise.all(Array.from({ length: 32 }, (_, i) => charge(`k${i}`)));
    expect(run).toHaveBeenCalledTimes(1);
    run.mockRestore();
  });

  it('times out: the lost call is not on record and may be made again, the other is and is not made again', async () => {
    await expect(charge('lost', 'tok_timeout')).rejects.toBeInstanceOf(ProviderTimeout);
    await expect(charge('kept', 'tok_timeout_captured')).rejects.toBeInstanceOf(ProviderTimeout);
    expect(await provider.fetch({ idempotencyKey: 'lost' })).toEqual({ found: false });
    expect(await provider.fetch({ idempotencyKey: 'kept' })).toMatchObject({ found: true });
    expect(await charge('lost', 'tok_timeout')).toMatchObject({ outcome: { state: 'pending' } });
    expect(await sender.deliver()).toBe(2);
  });

  it('sends again, later and later, until it is acknowledged, and signs anew each time', async () => {
    await charge('k1');
    answer = () => 503;
    expect(await sender.deliver()).toBe(0);
    expect(await sender.deliver()).toBe(0);
    expect(received).toHaveLength(1);
    clock.advanceBy(1_000);
    expect(await sender.deliver()).toBe(0);
    clock.advanceBy(1_000);
    expect(await sender.deliver()).toBe(0);
    expect(received).toHaveLength(2);
    answer = () => 200;
    clock.advanceBy(3_600_000);
    expect(await sender.deliver()).toBe(1);
    expect(received.map((one) => one.signed)).toEqual([true, true, true]);
    expect(new Set(received.map((one) => one.id)).size).toBe(1);
  });

  it('waits for an endpoint that is down, and gives up at last, visibly', async () => {
    await charge('k1');
    // A port that nobody is ever given; the one of an endpoint that is closed may be somebody else's a moment later.
    options = { ...options, webhookBaseUrl: 'http://127.0.0.1:1' };
    restart();
    for (let i = 0; i < 40; i++) {
      await sender.deliver();
      clock.advanceBy(3_600_000);
    }
    expect(await test.database.query('SELECT state, sends, last_error FROM payments.sandbox_event')).toEqual([
      { state: 'given-up', sends: 30, last_error: expect.stringContaining('ECONNREFUSED') as string },
    ]);
  });

  it('delivers after a restart what was promised before it', async () => {
    await charge('k1');
    restart();
    expect(await sender.deliver()).toBe(1);
    await charge('k2');
    answer = () => 500;
    await sender.deliver();
    restart();
    answer = () => 200;
    clock.advanceBy(60_000);
    expect(await sender.deliver()).toBe(1);
  });

  it('lets two senders share the work: no event is sent twice', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => charge(`k${i}`)));
    const sent = await Promise.all([sender.deliver(), sender.deliver(), sender.deliver()]);
    expect(sent.reduce((sum, n) => sum + n, 0) + (await sender.deliver())).toBe(40);
    expect(received).toHaveLength(40);
  });

  it('tells duplicates and disorder as its tokens promise', async () => {
    await charge('k1', 'tok_duplicate');
    await sender.deliver();
    expect(received.map((one) => one.type)).toEqual(Array(3).fill('charge.captured'));
    expect(new Set(received.map((one) => one.id)).size).toBe(1);
    await charge('k2', 'tok_reordered');
    await sender.deliver();
    clock.advanceBy(1_000);
    await sender.deliver();
    expect(received.slice(3).map((one) => one.type)).toEqual(['charge.captured', 'charge.accepted']);
  });
});
