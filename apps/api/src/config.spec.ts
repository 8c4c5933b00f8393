// The configuration: what it fills in, what it refuses, and what it says.
import { ConfigError, configFrom } from './config';

const problemsOf = (environment: Record<string, string>, required: Parameters<typeof configFrom>[1] = []): readonly string[] => {
  try {
    configFrom(environment, required);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('the configuration', () => {
  it('is complete without any variable, and frozen', () => {
    const config = configFrom({});
    expect(config).toMatchObject({ environment: 'development', production: false, host: '127.0.0.1', workers: 1, sandboxProvider: true });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes empty text for a variable that is not set', () => {
    expect(configFrom({ QUEUE_URL: '', PORT: ' ' })).toMatchObject({ queueUrl: undefined, port: 3000, portChosen: false });
  });

  it('names every wrong variable at once, with its value, what is expected and an example', () => {
    expect(problemsOf({ PORT: '70000', LOG_LEVEL: 'loud' })).toEqual([
      expect.stringMatching(/^PORT is "70000"; expected .*from 1 to 65535.* Example: PORT=3000$/),
      expect.stringMatching(/^LOG_LEVEL is "loud"; expected debug, info, warn, error or silent\. Example: LOG_LEVEL=info$/),
    ]);
  });

  it('never shows the value of a secret', () => {
    const [problem] = problemsOf({ DATABASE_URL: 'mysql://root:hunter2@db/x' });
    expect(problem).toMatch(/^DATABASE_URL has a value that cannot be used; expected the URL of a PostgreSQL/);
    expect(problem).not.toContain('hunter2');
  });

  it('reads for how many days which rows are kept', () => {
    expect(configFrom({ RETENTION_DAYS: 'platform.events=180,payments.webhooks=730' }).retentionDays).toEqual({ 'platform.events': 180, 'payments.webhooks': 730 });
    expect(configFrom({}).retentionDays).toEqual({});
    for (const wrong of ['platform.events', 'platform.events=long', 'platform.events=180;payments.webhooks=730']) {
      expect(problemsOf({ RETENTION_DAYS: wrong })).toEqual([expect.stringMatching(/^RETENTION_DAYS is .*; expected names of retention rules/)]);
    }
  });

  it('says that a variable a program cannot do without is not set', () => {
    expect(problemsOf({}, ['databaseUrl'])).toEqual([expect.stringMatching(/^DATABASE_URL is not set; expected the URL/)]);
  });

  it('refuses in production what only a developer needs, and has it off by itself', () => {
    expect(problemsOf({ NODE_ENV: 'production', SANDBOX_PROVIDER: 'on' })).toEqual([expect.stringContaining('SANDBOX_PROVIDER is for development only')]);
    expect(configFrom({ NODE_ENV: 'production' }).sandboxProvider).toBe(false);
  });
});
