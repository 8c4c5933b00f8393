// The arrows of the house: who may import whom, always through index.ts. Lint and the architecture spec both read this map.

/** Everything that is not listed is refused. */
const ARROWS = {
  kernel: [],
  contracts: ['kernel'],
  platform: ['kernel', 'contracts'],
  accounting: ['kernel', 'contracts', 'platform'],
  companies: ['kernel', 'contracts', 'platform'],
  subscriptions: ['kernel', 'contracts', 'platform', 'companies'],
  invoicing: ['kernel', 'contracts', 'platform', 'companies', 'subscriptions', 'accounting'],
  payments: ['kernel', 'contracts', 'platform', 'companies', 'subscriptions', 'accounting', 'invoicing'],
  testing: ['kernel', 'contracts', 'platform'],
};

/** Code that computes and nothing else: it sees no framework, no I/O and no clock. */
const PURE = ['libs/kernel/src/', 'libs/contracts/src/', 'libs/*/src/domain/'];

/** What pure code never imports. */
const FRAMEWORKS = [
  '@nestjs/', '@apollo/', 'typeorm', 'bullmq', 'ioredis', 'pg', 'pg-copy-streams', 'graphql', 'express', 'pino', 'rxjs', 'node:',
];

module.exports = { ARROWS, PURE, FRAMEWORKS };
