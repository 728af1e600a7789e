// `npm run check`: format, lint, types, dependency arrows, dead code, generated files unchanged.
// All steps run, so that one run shows everything that is wrong.
import { ensureInstalled } from './ensure-installed.mjs'
import { run, runInstalled } from './run.mjs'

ensureInstalled()

/** @type {[string, () => number][]} */
const steps = [
  ['format and lint', () => runInstalled('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.'])],
  ['types', () => runInstalled('typescript/bin/tsc', ['-b'])],
  ['types of tests', () => runInstalled('typescript/bin/tsc', ['-p', 'tsconfig.tests.json'])],
  [
    'dependency arrows',
    () =>
      runInstalled('dependency-cruiser/bin/dependency-cruise.mjs', [
        '--config',
        '.dependency-cruiser.cjs',
        'packages',
        'scripts',
        'bench',
      ]),
  ],
  ['dead code', () => runInstalled('knip/bin/knip.js', ['--no-config-hints'])],
  ['generated files', () => run(process.execPath, ['scripts/check-generated.mjs'])],
]

const failed = []
for (const [name, step] of steps) {
  process.stdout.write(`\n== ${name}\n`)
  if (step() !== 0) failed.push(name)
}
if (failed.length > 0) {
  process.stderr.write(`\ncheck failed: ${failed.join(', ')}\n`)
  process.exitCode = 1
} else {
  process.stdout.write('\ncheck passed\n')
}
