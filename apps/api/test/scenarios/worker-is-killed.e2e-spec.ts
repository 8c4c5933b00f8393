// A worker that is killed again and again while it bills and collects: the result equals an undisturbed run, to the row.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { onBothBackends } from './backends';
import { House } from './house';
import { Outcome, outcomeOf } from './outcome';

const SIZE = { companies: 12, members: 900 };
const KILLS = 10;

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

onBothBackends('a worker killed at ten random moments', (backend) => {
  it('leaves what an undisturbed one leaves, to the row', async () => {
    const queue = await backend.start();
    const house = await House.open(queue);
    const moments: number[] = [];
    try {
      await house.startApi();
      await house.startWorker();
      const job = house.runMainJob(SIZE);
      const ended = job.then(() => true, () => true);
      for (let kill = 0; kill < KILLS; kill++) {
        const momentMs = randomInt(20, 900);
        moments.push(momentMs);
        await Promise.race([sleep(momentMs), ended]);
        await house.killWorker();
        await house.startWorker();
      }
      const { proofs } = await job;
      expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
      expect(await outcomeOf(house.database)).toEqual(await undisturbed());
    } catch (error) {
      console.error(`killed after ${moments.join(', ')} ms\n${house.log()}`);
      throw error;
    } finally {
      await house.close();
      await queue.stop();
    }
  }, 240_000);
});
