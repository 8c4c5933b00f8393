// Hears NOTIFY from other processes and passes it on; when its connection is lost it makes a new one.
import { Client } from 'pg';
import { actingAs } from '../database/privileges';
import { WAKE_CHANNEL } from '../scheduling/ticks';

const RECONNECT_MS = 2_000;

export class WakeListener {
  private client: Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly url: string,
    private readonly onWake: (name: string) => void,
  ) {}

  /** Never throws: without it everything still happens, one poll later. */
  async start(): Promise<void> {
    if (this.stopped) return;
    const client = new Client({ connectionString: this.url, application_name: 'wake', keepAlive: true, options: actingAs('app') });
    this.client = client;
    client.on('notification', ({ payload }) => this.onWake(payload ?? ''));
    client.on('error', () => undefined); // 'end' follows.
    client.once('end', () => this.startLater());
    try {
      await client.connect();
      await client.query(`LISTEN ${WAKE_CHANNEL}`);
    } catch {
      await client.end().catch(() => undefined);
      this.startLater();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.client?.end().catch(() => undefined);
  }

  private startLater(): void {
    if (this.stopped) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.start(), RECONNECT_MS).unref();
  }
}
