// The log: what a line carries, and what it never does.
import { JsonLogger } from './json-logger';
import { withLogContext } from './log-context';

describe('the log', () => {
  let lines: Record<string, unknown>[];
  let logger: JsonLogger;

  beforeEach(() => {
    lines = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    logger = new JsonLogger({ level: 'info', process: 'worker', destination });
  });

  it('writes one JSON object a line, with level, process and the name of the logger', () => {
    logger.log('started', 'Relay');
    expect(lines).toEqual([expect.objectContaining({ level: 'info', process: 'worker', context: 'Relay', message: 'started' })]);
  });

  it('carries the ids of the work it is part of, also after an await', async () => {
    await withLogContext({ jobId: 'j1' }, () =>
      withLogContext({ runId: 'r1' }, async () => {
        await Promise.resolve();
        logger.warn({ message: 'chunk failed', no: 3n });
      }),
    );
    expect(lines[0]).toMatchObject({ jobId: 'j1', runId: 'r1', message: 'chunk failed', no: '3' });
  });

  it('never writes a secret, wherever it stands', () => {
    logger.error({ message: 'refused', token: 'tok_1', headers: { authorization: 'Bearer x' }, request: { body: { password: 'p' } } });
    logger.error(new Error('cannot reach postgresql://me:hunter2@db/x'));
    expect(JSON.stringify(lines)).not.toMatch(/tok_1|Bearer|"p"|hunter2/);
    expect(lines[1]).toMatchObject({ message: 'cannot reach postgresql://[redacted]@db/x', name: 'Error' });
  });

  it('keeps an error and its stack that Nest hands over', () => {
    logger.error('it broke', 'Error: it broke\n    at here', 'Worker');
    expect(lines[0]).toMatchObject({ message: 'it broke', stack: expect.stringContaining('at here'), context: 'Worker' });
  });

  it('leaves out what lies below its level', () => {
    logger.debug('too much');
    expect(lines).toEqual([]);
  });
});
