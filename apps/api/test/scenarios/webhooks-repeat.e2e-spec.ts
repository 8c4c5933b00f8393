// The provider tells everything five times and in any order: each payment still settles once.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, IncomingHttpHeaders, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { Proofs } from '@countinghouse/platform';
import { House } from './house';

const SIZE = { companies: 5, members: 300 };
const TIMES = 5;

interface Webhook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Stands between the provider and the house: takes every webhook, and hands each on five times, shuffled with the others. */
class Repeater {
  private readonly waiting: Webhook[] = [];
  private readonly handing: Promise<void>[] = [];
  private target = '';
  private timer: NodeJS.Timeout | undefined;
  received = 0;
  delivered = 0;
  readonly refused: number[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Repeater> {
    const server = createServer();
    const repeater = new Repeater(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        repeater.received++;
        const webhook = { path: request.url!, headers: request.headers, body: Buffer.concat(chunks) };
        repeater.waiting.push(...Array.from({ length: TIMES }, () => webhook));
        response.writeHead(200).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return repeater;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  handOnTo(target: string): void {
    this.target = target;
    this.timer = setInterval(() => this.handOn(), 50);
  }

  /** Hands on what is left, and waits until everything has been answered. */
  async drain(): Promise<void> {
    clearInterval(this.timer);
    this.handOn();
    await Promise.all(this.handing);
  }

  stop(): void {
    clearInterval(this.timer);
    this.server.closeAllConnections();
    this.server.close();
  }

  private handOn(): void {
    this.handing.push(this.post(shuffled(this.waiting.splice(0))));
  }

  private async post(batch: readonly Webhook[]): Promise<void> {
    await Promise.all(
      batch.map(async ({ path, headers, body }) => {
        const kept = Object.entries(headers).filter(([name]) => !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name));
        const answer = await fetch(this.target + path, { method: 'POST', headers: Object.fromEntries(kept) as Record<string, string>, body: new Uint8Array(body) });
        this.delivered++;
        if (answer.status !== 200) this.refused.push(answer.status);
      }),
    );
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

describe('every webhook five times in random order', () => {
  it('has one effect', async () => {
    const repeater = await Repeater.start();
    const house = await House.open({ webhookUrl: repeater.url });
    try {
      repeater.handOnTo(house.url);
      await house.startApi();
      await house.startWorker();
      await house.runMainJob(SIZE);
      // What the provider took for not delivered comes again.
      await house.until('the provider has told everything', async () => (await house.database.query(`SELECT 1 FROM payments.sandbox_event WHERE state = 'pending' LIMIT 1`)).length === 0);
      await repeater.drain();
      await house.inboxIsEmpty();
      expect(repeater.received).toBeGreaterThan(100);
      expect(repeater.delivered).toBe(repeater.received * TIMES);
      expect(repeater.refused).toEqual([]);
      const proofs = await house.database.read((reader) => house.get(Proofs).all(reader));
      expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
      const [figures] = await house.database.query(
        `SELECT (SELECT count(*) FROM payments.payment WHERE state = 'succeeded') AS succeeded,
                (SELECT count(*) FROM invoicing.allocation) AS allocations,
                (SELECT count(*) FROM accounting.journal_entry WHERE kind = 'payment-captured') AS entries,
                (SELECT count(*) FROM invoicing.invoice WHERE state = 'paid') AS paid,
                (SELECT count(*) FROM platform.outbox_event WHERE name LIKE 'payments.payment-settled%') AS events`,
      );
      const { succeeded } = figures as { succeeded: bigint };
      expect(succeeded).toBeGreaterThan(100n);
      expect(figures).toEqual({ succeeded, allocations: succeeded, entries: succeeded, paid: succeeded, events: succeeded });
    } catch (error) {
      console.error(house.log());
      throw error;
    } finally {
      await house.close();
      repeater.stop();
    }
  }, 120_000);
});
