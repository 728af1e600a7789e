// Makes every generated file again and fails when one differs from what is committed.
// A new generator is one entry here: the command that writes, and the paths that it writes.
import { execFileSync } from 'node:child_process'
import { root, run } from './run.mjs'

/** @type {{ args: string[], paths: string[] }[]} */
const generators = [
  { args: ['scripts/generate-contract.mjs'], paths: ['docs/reference', 'packages/client/src/routes.ts'] },
  { args: ['scripts/generate-cli-reference.mjs'], paths: ['docs/reference/cli.md'] },
  { args: ['scripts/generate-configuration-reference.mjs'], paths: ['docs/operating/configure.md'] },
  {
    args: ['scripts/generate-grpc.mjs'],
    paths: ['packages/server/src/surfaces/polymarket-us/grpc/generated'],
  },
]

for (const { args } of generators) {
  if (run(process.execPath, args) !== 0) throw new Error(`generator failed: ${args.join(' ')}`)
}

const paths = generators.flatMap((generator) => generator.paths)
if (paths.length > 0) {
  const changed = execFileSync('git', ['status', '--porcelain', '--', ...paths], {
    cwd: root,
    encoding: 'utf8',
  })
  if (changed !== '') {
    process.stderr.write(`Generated files differ from what is committed; commit the new ones:\n${changed}`)
    process.exitCode = 1
  }
}
