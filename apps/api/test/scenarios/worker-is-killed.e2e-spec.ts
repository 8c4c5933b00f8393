// A worker that is killed again and again while it bills and collects: the result equals an undisturbed run, to the row.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { onBothBackends } from './backends';
import { House } from './house';
import { Outcome, outcomeOf } from './outcome';

const SIZE = { companies: 12, members: 900 };
/** What a month takes, in this order; the worker dies three times in each, as it takes up what was left the time before, and once among the webhooks: ten times in all. */
const WORK = ['invoicing.billing', 'accounting.recognition', 'payments.collection'];

let outcome: Promise<Outcome> | undefined;
/** Lived through once: what comes of the work does not depend on what carries the queue. */
const undisturbed = () => (outcome ??= liveUndisturbed());

async function liveUndisturbed(): Promise<Outcome> {
  const house = await House.open();
  try {
    await house.startApi();
    await house.startWorker();
    const { proofs } = await house.runMainJob(SIZE);
    expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
    return await outcomeOf(house.database);
  } finally {
    await house.close();
  }
}

onBothBackends('a worker killed again and again at work', (backend) => {
  it('leaves what an undisturbed one leaves, to the row', async () => {
    const queue = await backend.start();
    const house = await House.open(queue);
    const kills: string[] = [];
    const killWorker = async (during: string) => {
      const momentMs = randomInt(300);
      kills.push(`${during} after ${momentMs} ms`);
      await sleep(momentMs);
      await house.killWorker();
      await house.startWorker();
    };
    try {
      await house.startApi();
      await house.startWorker();
      await house.loadDemo(SIZE);
      const job = house.runMainJob(SIZE);
      job.catch(() => undefined);
      for (const kind of WORK) {
        for (const time of [1, 2, 3]) {
          await Promise.race([house.takenUp(kind, time), job]);
          await killWorker(kind);
        }
      }
      await killWorker('webhooks');
      const { proofs } = await job;
      expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
      expect(await outcomeOf(house.database)).toEqual(await undisturbed());
    } catch (error) {
      console.error(`killed: ${kills.join(', ')}\n${house.log()}`);
      throw error;
    } finally {
      await house.close();
      await queue.stop();
    }
  }, 240_000);
});
