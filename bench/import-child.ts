// The child of the import bench: imports a file of members and prints the peak memory of the process in MiB.
import 'reflect-metadata';
import { createReadStream } from 'node:fs';
import { Imports, Runs } from '@countinghouse/platform';
import { ACTOR, withApp } from './harness';

const [url, file] = process.argv.slice(2) as [string, string];

withApp(url, async (app) => {
  const { id } = await app.get(Imports).start({ kind: 'companies.members', fileName: 'members.csv', source: createReadStream(file) }, ACTOR);
  const { state, result } = await app.get(Runs).drain(id);
  if (state !== 'succeeded' || Number(result['refused']) > 0) throw new Error(`the import is ${state}: ${JSON.stringify(result)}`);
  console.log(Math.round(process.resourceUsage().maxRSS / 1024));
}).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
