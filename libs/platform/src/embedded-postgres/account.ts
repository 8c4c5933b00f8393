// As whom the embedded server runs: PostgreSQL refuses root, so root lends it an account that exists, and reach if it needs it.
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DomainError } from '@countinghouse/kernel';

export interface Account {
  /** Whose the files are; undefined when the process is not root and the server runs as the person who starts it. */
  readonly lent?: { readonly uid: number; readonly gid: number };
  /** What to put before a command so that it runs with more reach than uid and gid give it; usually nothing. */
  readonly prefix: readonly string[];
}

/** Accounts that root may lend, the first that exists. No account is made: nothing is written outside the project's folder. */
const LENT = ['postgres', 'nobody'];

/**
 * Finds the account. As root it is the owner of a cluster that exists, else the first of `postgres` and `nobody`.
 * A folder such as /root (mode 700) cannot be entered by either; the server then gets the one capability that lets it
 * (CAP_DAC_OVERRIDE, through setpriv). NO_SETUID_FIXUP keeps it for access(2), with which PostgreSQL finds its own files.
 * @throws DomainError POSTGRES_CANNOT_REACH_FOLDER, POSTGRES_FOLDER_OF_SOMEBODY_ELSE
 */
export function accountFor(cluster: string, binaries: string): Account {
  const self = process.getuid?.();
  const owner = existsSync(cluster) ? statSync(cluster) : undefined;
  if (self !== 0) {
    if (owner && self !== undefined && owner.uid !== self) throw ownedBySomebodyElse(cluster, owner.uid);
    return { prefix: [] };
  }
  const { uid, gid } = owner && owner.uid !== 0 ? owner : lentAccount();
  const lent = { uid, gid };
  if ([cluster, binaries].every((path) => canEnter(path, uid, gid))) return { lent, prefix: [] };
  const prefix = [
    'setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override',
  ];
  if (spawnSync(prefix[0]!, [...prefix.slice(1), 'true']).status !== 0) throw cannotReach(cluster, uid);
  return { lent, prefix };
}

/** Gives a folder or file that root has made to the account. */
export function handOver(path: string, account: Account): void {
  if (account.lent) chownSync(path, account.lent.uid, account.lent.gid);
}

/** The command and options that run a program as the account. */
export function asAccount(account: Account, program: string, args: readonly string[]): { command: string; args: string[]; uid?: number; gid?: number } {
  const [command = program, ...rest] = [...account.prefix, program, ...args];
  return { command, args: rest, ...(account.prefix.length === 0 ? account.lent : {}) };
}

function lentAccount(): { uid: number; gid: number } {
  for (const name of LENT) {
    try {
      const ask = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: ask('-u'), gid: ask('-g') };
    } catch {
      // This account does not exist here; the next one may.
    }
  }
  throw new DomainError('POSTGRES_HAS_NO_ACCOUNT', 'PostgreSQL does not run as root, and there is no account to lend it', {
    value: LENT.join(', '),
    remedy: 'start as a user that is not root, or set DATABASE_URL to a PostgreSQL of your own',
  });
}

/** Whether the account passes every folder on the way; the last part need not exist yet. */
function canEnter(path: string, uid: number, gid: number): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid: owner, gid: group } = statSync(folder);
      const bits = owner === uid ? mode >> 6 : group === gid ? mode >> 3 : mode;
      if ((bits & 1) === 0) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}

function cannotReach(path: string, uid: number): DomainError {
  return new DomainError(
    'POSTGRES_CANNOT_REACH_FOLDER',
    `PostgreSQL does not run as root, and the account with uid ${uid} may not enter ${path}`,
    {
      field: 'directory',
      value: path,
      remedy: 'clone to a folder that others may enter (such as /srv), start as a user that is not root, or set DATABASE_URL',
    },
  );
}

function ownedBySomebodyElse(path: string, uid: number): DomainError {
  return new DomainError('POSTGRES_FOLDER_OF_SOMEBODY_ELSE', `${path} belongs to the user with uid ${uid}`, {
    field: 'directory',
    value: path,
    remedy: 'start as that user, or remove the folder for a first start (its data is lost)',
  });
}
