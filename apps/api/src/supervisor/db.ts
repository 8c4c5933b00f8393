// `npm run db`: only the embedded PostgreSQL, until Ctrl-C.
import { loadConfig } from '../config';
import { runProgram } from '../process';
import { openDatabase } from './database';
import { claimDirectory } from './single-instance';

runProgram(async () => {
  const { databaseUrl: _ignored, ...config } = loadConfig();
  let url = '';
  await claimDirectory(config.dataDirectory, () => ({ pid: process.pid, url }));
  const database = await openDatabase({ ...config, databaseUrl: undefined }, (reason) => console.error(reason));
  url = database.url.replace(/:[^:@/]+@/, '@');
  console.log(database.url);
  console.error('PostgreSQL 18 runs; stop it with Ctrl-C.');
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void database.close().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  if (process.connected) process.on('disconnect', stop);
});
