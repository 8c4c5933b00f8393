// Lint keeps the boundaries of the house from the first day. There is no list of known violations and there will be none.
import tseslint from 'typescript-eslint';
import architecture from './architecture.js';

const { ARROWS, FRAMEWORKS, PURE } = architecture;

const TESTS = ['**/*.spec.ts', '**/*.e2e-spec.ts', 'libs/testing/**', '{apps,libs}/*/test/**', 'bench/**'];

const clock = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time comes from the injected AppClock.' },
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Time comes from the injected AppClock.' },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Ids come from newId, randomness from node:crypto.' },
  { selector: "MemberExpression[object.name='Temporal'][property.name='Now']", message: 'Time comes from the injected AppClock.' },
];
const money = [
  {
    selector: ":matches(Identifier[name=/Minor$/], PropertyDefinition[key.name=/Minor$/], TSPropertySignature[key.name=/Minor$/]) > TSTypeAnnotation > TSNumberKeyword",
    message: 'Money is bigint minor units: a number typed *Minor loses cents.',
  },
];
const environment = [
  { selector: "MemberExpression[object.name='process'][property.name='env']", message: 'Only apps/api/src/config.ts reads the environment.' },
];

/** The imports a lib may make: its arrows, never past an index.ts, and no framework where code is pure. */
function imports(lib, pure) {
  const refused = Object.keys(ARROWS).filter((other) => other !== lib && !ARROWS[lib].includes(other));
  const patterns = [
    { group: ['@countinghouse/*/*', '**/libs/*', '**/apps/*'], message: 'A lib is reached only through its index.ts, an app not at all.' },
    ...refused.map((other) => ({ group: [`@countinghouse/${other}`], message: `${lib} may not import ${other}: it runs against the arrows.` })),
    ...(pure ? FRAMEWORKS.map((name) => ({ group: [name.endsWith('/') || name.endsWith(':') ? `${name}*` : name], message: 'Pure code knows no framework and does no I/O.' })) : []),
  ];
  return { 'no-restricted-imports': ['error', { patterns }] };
}

export default tseslint.config(
  { ignores: ['dist/**', '.data/**', 'coverage/**', 'node_modules/**', 'apps/admin/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', ...clock, ...money, ...environment],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  // Configuration in plain JavaScript, for tools that load nothing else.
  { files: ['*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  // These talk to a person at a terminal; everything else logs.
  { files: ['apps/api/src/{supervisor,cli}/**/*.ts', 'apps/api/src/{cli,process}.ts'], rules: { 'no-console': 'off' } },
  // Specs and benches may read the clock: they measure, and they name their databases.
  { files: TESTS, rules: { 'no-restricted-syntax': ['error', ...money], 'no-console': 'off' } },
  { files: ['libs/platform/src/clock/system-clock.ts'], rules: { 'no-restricted-syntax': ['error', ...money, ...environment] } },
  { files: ['apps/api/src/config.ts'], rules: { 'no-restricted-syntax': ['error', ...clock, ...money] } },
  ...Object.keys(ARROWS).flatMap((lib) => [
    { files: [`libs/${lib}/src/**/*.ts`], ignores: TESTS, rules: imports(lib, false) },
    { files: PURE.map((folder) => `${folder.replace('*', lib)}**/*.ts`).filter((glob) => glob.startsWith(`libs/${lib}/`)), ignores: TESTS, rules: imports(lib, true) },
  ]),
);
