// `npm run lock`: brings package-lock.json up to date with the manifests, without download addresses.
// The lock file then works with any registry; npm's own option for this loses the packages of other platforms.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

const status = run('npm', [
  'install',
  '--package-lock-only',
  '--omit-lockfile-registry-resolved=false',
  '--no-audit',
  '--no-fund',
])
if (status !== 0) throw new Error('npm could not make the lock file')

const file = join(root, 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
for (const entry of Object.values(lock.packages)) {
  if (typeof entry.resolved === 'string' && /^https?:/.test(entry.resolved)) delete entry.resolved
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
