// What an earlier server has left behind: a process that still runs, or a pid file that names nobody or a stranger.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
/** Each way of stopping gets this long before the next, harder one: fast, immediate, kill. */
const PATIENCE_MS = 20_000;
const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGKILL'];

/**
 * Leaves the cluster without a server and without a stale pid file. Process ids come round again, above all in a
 * container, so a pid counts as a server only when its command line names this cluster.
 */
export async function stopLeftover(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const pid = recordedPid(file);
  if (pid === undefined) return;
  if (servesCluster(pid, cluster)) await stopServer(pid, cluster);
  rmSync(file, { force: true });
}

/** Stops the server of a cluster and waits until it is gone. */
async function stopServer(pid: number, cluster: string): Promise<void> {
  for (const signal of STOPPING) {
    send(pid, signal);
    for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
      if (!servesCluster(pid, cluster)) return;
      await sleep(POLL_MS);
    }
  }
}

/** The port of the server that runs on the cluster now, if one does. */
export function runningPort(cluster: string): number | undefined {
  const file = join(cluster, 'postmaster.pid');
  const pid = recordedPid(file);
  if (pid === undefined || !servesCluster(pid, cluster)) return undefined;
  // The pid, the data folder, the start time and the port: PostgreSQL, miscadmin.h, LOCK_FILE_LINE_*.
  return Number(readFileSync(file, 'utf8').split('\n')[3]) || undefined;
}

function recordedPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A process that has ended and waits for its parent (in a container, for ever) has an empty command line: it serves nobody. */
function servesCluster(pid: number, cluster: string): boolean {
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        : execFileSync('ps', ['-o', 'command=', '-ww', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes(cluster);
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has gone by itself, or is not ours to stop; the server's own lock then says so.
  }
}
