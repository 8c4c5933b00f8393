// One start per folder: the second is told where the first is, and a dead one is nobody.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDirectory } from './single-instance';

describe('a claim on a folder', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'countinghouse-claim-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is refused to a second start, which learns where the first one is', async () => {
    const held = await claimDirectory(directory, () => ({ pid: 4711, url: 'http://127.0.0.1:3000' }));
    await expect(claimDirectory(directory, () => ({ pid: 1, url: '' }))).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      message: expect.stringContaining('http://127.0.0.1:3000 (process 4711)'),
    });
    held.close();
  });

  it('does not stand in the way of another folder', async () => {
    const other = mkdtempSync(join(tmpdir(), 'countinghouse-claim-'));
    const held = await Promise.all([directory, other].map((each) => claimDirectory(each, () => ({ pid: 1, url: '' }))));
    for (const server of held) server.close();
    rmSync(other, { recursive: true });
  });

  it('is free again when the one that held it has ended', async () => {
    const held = await claimDirectory(directory, () => ({ pid: 1, url: '' }));
    await new Promise((closed) => held.close(closed));
    const again = await claimDirectory(directory, () => ({ pid: 2, url: '' }));
    again.close();
  });
});
