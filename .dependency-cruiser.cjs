// The arrows of the house: which package may know which, and in what order the rooms of the core stand.
// Read with docs/adr/0001-record-decisions.md; an arrow that must change needs a decision record.

// What tests share stands in `testing`: it may know what tests may.
const test = '(\\.test\\.tsx?$|src/testing/)'
const folderOf = (name) => `^packages/${name}/(src|dist|bin)/`

/** Each package with the packages that it may know. */
const packages = {
  core: [],
  contract: ['core'],
  store: ['core'],
  client: ['contract'],
  demo: ['core'],
  server: ['core', 'contract', 'store', 'demo'],
  cli: ['client', 'server', 'store'],
  console: ['client'],
  testkit: ['core', 'store', 'server'],
}

/** The rooms of the core: each may know those that stand before it, and the common ones. */
const rooms = [
  'money',
  'image',
  'refusals',
  'settings',
  'hierarchy',
  'identity',
  'access',
  'announcements',
  'ledger',
  'market',
  'trading',
  'margin',
  'rollup',
  'engine',
  'index',
  // Worlds for tests: not exported, and known to nothing else.
  'testing',
]
const commonRooms = ['money', 'image', 'refusals']
const room = (names) => `^packages/core/(src|dist)/(${names.join('|')})(/|\\.)`

const packageRules = Object.entries(packages).flatMap(([name, known]) => {
  const others = Object.keys(packages).filter((other) => other !== name && !known.includes(other))
  // Tests may use the testkit, and the server's tests the client of their own house; otherwise they keep the arrows
  // of the code that they test.
  const ownTools = name === 'server' ? ['testkit', 'client'] : ['testkit']
  const forTests = others.filter((other) => !ownTools.includes(other))
  return [
    {
      name: `${name}-knows-only-${known.join('-') || 'itself'}`,
      severity: 'error',
      from: { path: folderOf(name), pathNot: test },
      to: { path: `^packages/(${others.join('|')})/` },
    },
    {
      name: `${name}-tests-know-only-${[...known, 'testkit'].join('-')}`,
      severity: 'error',
      from: { path: `^packages/${name}/.*${test}` },
      to: { path: `^packages/(${forTests.join('|')})/` },
    },
  ]
})

const roomRules = rooms.slice(0, -1).map((name, at) => ({
  name: `core-room-${name}-knows-only-those-before-it`,
  severity: 'error',
  from: { path: room([name]), pathNot: test },
  to: { path: room(rooms.slice(at + 1).filter((later) => !commonRooms.includes(later))) },
}))

module.exports = {
  forbidden: [
    ...packageRules,
    ...roomRules,
    {
      name: 'core-has-only-the-known-rooms',
      comment: 'A new room of the core takes its place in the list of this file.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: [room(rooms), test] },
      to: {},
    },
    {
      name: 'core-imports-no-node-module-and-no-package',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: test },
      to: {
        dependencyTypes: [
          'core',
          'npm',
          'npm-dev',
          'npm-optional',
          'npm-peer',
          'npm-bundled',
          'npm-no-pkg',
          'npm-unknown',
        ],
      },
    },
    {
      name: 'contract-knows-of-core-only-money-refusals-scopes',
      severity: 'error',
      from: { path: folderOf('contract') },
      to: {
        path: '^packages/core/',
        pathNot: '^packages/core/(src|dist)/(money/|refusals/|access/scopes\\.)',
      },
    },
    {
      name: 'surfaces-do-not-know-one-another',
      severity: 'error',
      from: { path: '^packages/server/src/surfaces/([^/]+)/' },
      to: {
        path: '^packages/server/src/surfaces/[^/]+/',
        pathNot: '^packages/server/src/surfaces/($1|shared)/',
      },
    },
    {
      name: 'cli-remote-knows-only-client',
      severity: 'error',
      from: { path: '^packages/cli/src/remote/' },
      to: { path: ['^packages/(server|store)/', '^packages/cli/src/local/'] },
    },
    {
      name: 'cli-local-knows-only-server-and-store',
      severity: 'error',
      from: { path: '^packages/cli/src/local/' },
      to: { path: ['^packages/client/', '^packages/cli/src/remote/'] },
    },
    {
      name: 'production-does-not-know-testkit',
      severity: 'error',
      from: { pathNot: [test, '^packages/testkit/', '^bench/', '^scripts/'] },
      to: { path: '^packages/testkit/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-unresolvable',
      comment: 'An import that cannot be followed cannot be checked either.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'packages-through-their-public-face',
      comment: 'Another package is imported by its name, never by a path into its folder.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/', pathNot: '^packages/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^packages/[^/]+/dist/'] },
    exclude: { path: ['(^|/)node_modules/\\.cache', '^packages/[^/]+/dist/.*\\.tsbuildinfo$'] },
    includeOnly: undefined,
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.tests.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
}
