// One Jest run for everything. Pure specs (*.spec.ts, *.property.spec.ts) need no database; integration specs
// (*.integration.spec.ts) and scenarios (*.e2e-spec.ts) clone the template database that globalSetup migrated.
const { readdirSync } = require('node:fs');
const { availableParallelism } = require('node:os');

const libs = readdirSync(`${__dirname}/libs`);

const base = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.(t|j)s$': [
      '@swc/jest',
      {
        jsc: {
          // Aliases are rewritten when compiling (not mapped by Jest), so that globalSetup sees them too.
          baseUrl: __dirname,
          paths: Object.fromEntries(libs.map((lib) => [`@countinghouse/${lib}`, [`libs/${lib}/src/index.ts`]])),
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2023',
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // These packages are ES modules only; Jest cannot require those, so they are compiled like our own code.
  transformIgnorePatterns: ['/node_modules/(?!(@nestjs|temporal-polyfill|temporal-spec|temporal-utils|jose)/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
};

module.exports = {
  rootDir: __dirname,
  testTimeout: 60_000,
  // A worker for each core, since specs wait for the database as often as they compute; each may hold fifty of its two hundred connections.
  maxWorkers: Math.min(availableParallelism(), 4),
  // What a worker has gathered after so many specs is let go of, with the worker.
  workerIdleMemoryLimit: '1GB',
  testSequencer: '<rootDir>/apps/api/test/jest/sequencer.mjs',
  projects: [
    {
      ...base,
      displayName: 'pure',
      testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.integration\\.spec\\.ts$'],
    },
    {
      ...base,
      displayName: 'database',
      testMatch: ['<rootDir>/{apps,libs}/**/*.integration.spec.ts', '<rootDir>/apps/**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/apps/api/test/jest/global-setup.ts',
      globalTeardown: '<rootDir>/apps/api/test/jest/global-teardown.ts',
    },
  ],
};
