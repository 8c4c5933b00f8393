// A configuration that is wrong does not start.
import { PaymentsConfig } from './payments-config';

const SANDBOX = { webhookSecrets: ['a-secret-that-is-long-enough'], webhookBaseUrl: 'http://127.0.0.1:4000' };

describe('the configuration of payments', () => {
  it('has no sandbox in production unless it is allowed in so many words', () => {
    expect(() => new PaymentsConfig({ production: true, sandbox: SANDBOX })).toThrow(expect.objectContaining({ code: 'SANDBOX_IN_PRODUCTION' }));
    expect(new PaymentsConfig({ production: true, sandbox: { ...SANDBOX, allowInProduction: true } }).sandbox).toBeDefined();
    expect(new PaymentsConfig({ production: false, sandbox: SANDBOX }).sandbox).toBeDefined();
    expect(new PaymentsConfig({ production: true }).sandbox).toBeUndefined();
  });

  it.each([[[]], [['short']], [['a-secret-that-is-long-enough', 'another-secret-long-enough', 'one-secret-too-many']]])('refuses the secrets %j', (webhookSecrets) => {
    expect(() => new PaymentsConfig({ production: false, sandbox: { ...SANDBOX, webhookSecrets } })).toThrow(expect.objectContaining({ code: 'WEBHOOK_SECRET_INVALID' }));
  });

  it.each(['', 'localhost:4000', 'http://127.0.0.1:4000/', 'ftp://127.0.0.1'])('refuses the base URL %j', (webhookBaseUrl) => {
    expect(() => new PaymentsConfig({ production: false, sandbox: { ...SANDBOX, webhookBaseUrl } })).toThrow(expect.objectContaining({ code: 'WEBHOOK_BASE_URL_INVALID' }));
  });
});
