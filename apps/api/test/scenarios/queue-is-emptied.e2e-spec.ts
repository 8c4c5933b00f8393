// The queue loses everything it holds in the middle of the main job: the job completes by itself, because the rows remember.
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { onBothBackends } from './backends';
import { House } from './house';

const SIZE = { companies: 10, members: 800 };

onBothBackends('a queue that is emptied in the middle', (backend) => {
  it('loses nothing that was to be done', async () => {
    const queue = await backend.start();
    const house = await House.open(queue);
    try {
      await house.startApi();
      await house.startWorker();
      await house.loadDemo(SIZE);
      const job = house.runMainJob(SIZE);
      job.catch(() => undefined);
      for (const kind of ['invoicing.billing', 'accounting.recognition', 'payments.collection']) {
        for (const time of [1, 2]) {
          await Promise.race([house.takenUp(kind, time), job]);
          await (queue.queueUrl ? flush(queue.queueUrl) : truncate(house.test.url));
        }
      }
      const { proofs, newDocuments } = await job;
      expect(newDocuments).toBeGreaterThan(SIZE.members / 2);
      expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
    } catch (error) {
      console.error(house.log());
      throw error;
    } finally {
      await house.close();
      await queue.stop();
    }
  }, 180_000);
});

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}

const DEADLOCK = '40P01';

/** Every table of the queue, its own bookkeeping of versions excepted. Workers at work may be met head on; then again. */
async function truncate(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename !~ 'migration|version'`,
    );
    const truncating = `TRUNCATE ${rows.map(({ name }) => name).join(', ')}`;
    for (let emptied = false; !emptied; ) {
      emptied = await client.query(truncating).then(
        () => true,
        (error: { code?: string }) => {
          if (error.code !== DEADLOCK) throw error;
          return false;
        },
      );
    }
  } finally {
    await client.end();
  }
}
