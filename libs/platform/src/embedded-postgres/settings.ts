// How the embedded server is set up: durable for people's data, fast for tests that throw it away.

export type Durability = 'durable' | 'fast';

/** Said for both, so that a test plans its queries as production does. */
const ALWAYS = {
  // Nothing outside the cluster's folder and nobody outside this machine: no socket in /tmp, loopback only.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_connections: '200',
  // Sets of a few thousand rows are sorted and hashed in memory.
  work_mem: '32MB',
  maintenance_work_mem: '128MB',
  random_page_cost: '1.1',
  effective_cache_size: '1GB',
  // Compiling a query costs more than our short statements take; parallel workers need /dev/shm, which containers keep small.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  // An import changes what the planner believes; it should learn of it in seconds, not in a minute.
  autovacuum_naptime: '10s',
};

const BY_DURABILITY: Record<Durability, Record<string, string>> = {
  durable: {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: '256MB',
    wal_buffers: '16MB',
    // Few and long checkpoints: every checkpoint makes the next change of each page a full-page write.
    max_wal_size: '2GB',
    min_wal_size: '256MB',
    checkpoint_timeout: '15min',
  },
  // The log of what is thrown away may lie in memory, beside the databases.
  fast: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '256MB' },
};

/** The `-c name=value` arguments of the server. */
export function serverArguments(durability: Durability, port: number): string[] {
  const settings = { ...ALWAYS, ...BY_DURABILITY[durability], port: String(port) };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * UTF-8, sorted by code point by PostgreSQL's own provider: the same order on every machine, whatever its C library.
 * Lists for people ask for an ICU collation where they sort.
 */
export const INITDB_ARGUMENTS = [
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth=scram-sha-256',
  '--username=postgres',
];
