// What the guarantees cost: guard, seal, day totals, immutability and the chain, as a share of the CPU of a bulk load.
import type { Client } from 'pg';
import { SealBlocks } from '@countinghouse/accounting';
import { WITHOUT_TRIGGERS } from './copied-rows';
import { Bench, medianOf, Round } from './harness';
import { accountsOf, bound, invoiceAccounts, invoiceArrays, LEAF_HASHES, POST, PostArguments } from './invoices';

const ENTRIES_PER_CALL = 5_000;

export async function measure(bench: Bench): Promise<void> {
  const entries = bench.sized(10_000, 50_000);
  const guarantees: Round[] = [];
  const chain: Round[] = [];
  for (let no = 0; no < 5; no++) {
    const bare = await load(bench, entries, [...WITHOUT_TRIGGERS, 'ALTER TABLE accounting.journal_entry ALTER leaf_hash DROP NOT NULL'], withoutHashes);
    const guarded = await load(bench, entries, []);
    const whole = guarded.loading + guarded.sealing;
    guarantees.push({ ours: whole - bare.loading, floor: whole });
    chain.push({ ours: guarded.sealing, floor: whole });
  }
  const unit = 'server CPU s';
  bench.add({ name: `all guarantees : whole bulk load of ${entries} entries, sealed`, ...medianOf(guarantees), unit, goal: 0.3, better: 'lower' });
  bench.add({ name: `the chain alone : whole bulk load of ${entries} entries, sealed`, ...medianOf(chain), unit, goal: 0.05, better: 'lower' });
}

/** CPU seconds of posting the entries, and of sealing them. */
async function load(bench: Bench, entries: number, alterations: readonly string[], as = (call: PostArguments) => call): Promise<{ loading: number; sealing: number }> {
  return bench.onClone(async (clone) => {
    await clone.run(...alterations);
    const client = await clone.connect();
    const accounts = invoiceAccounts(await accountsOf(client, bench.issuerId));
    const calls = Array.from({ length: entries / ENTRIES_PER_CALL }, () => bound(as(invoiceArrays(bench.issuerId, ENTRIES_PER_CALL, () => accounts))));
    const loading = await clone.cpuOf(() => postAll(client, calls));
    const sealing = alterations.length > 0 ? 0 : await clone.app((app) =>
      clone.cpuOf(async () => {
        while ((await app.get(SealBlocks, { strict: false }).execute()) > 0);
      }),
    );
    return { loading, sealing };
  });
}

/** Whoever gives no guarantee carries no hash of it either. */
function withoutHashes(call: PostArguments): PostArguments {
  return call.map((array, at) => (at === LEAF_HASHES ? array.map(() => null) : array));
}

async function postAll(client: Client, calls: readonly (readonly unknown[])[]): Promise<void> {
  for (const call of calls) await client.query(POST, [...call]);
}
