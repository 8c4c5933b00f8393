// Stops the PostgreSQL of this test run and takes its files away.
import { rmSync } from 'node:fs';
import { RunningPostgres } from '@countinghouse/platform';

export default async function globalTeardown(): Promise<void> {
  const { server, directory } = (globalThis as unknown as { __postgres: { server: RunningPostgres; directory: string } })
    .__postgres;
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
