// Installs the locked dependencies when they are missing or belong to another lock file or Node version.
// Plain Node, because in a fresh clone nothing else exists.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

const oldestNode = [20, 19]
const stampFile = join(root, 'node_modules', '.stemma-installed')

/** The lock file and the Node (binary modules are built for one) that an installation belongs to. */
function wantedStamp() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  return `${lock} node-${process.versions.modules}-${process.version} ${process.platform}-${process.arch}\n`
}

/** Installs when needed; throws when the installation fails. */
export function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new Error(`Stemma needs Node ${oldestNode.join('.')} or newer; this is ${process.version}.`)
  }
  const wanted = wantedStamp()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return
  process.stdout.write(
    'Installing the locked dependencies (a database driver may be compiled, about a minute) ...\n',
  )
  const args = ['ci', '--no-audit', '--no-fund', '--include=dev']
  // Under `npm run` the variable names npm's own script, which is the same npm that was called.
  const npm = process.env.npm_execpath
  const isNpmScript = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm)
  const status = isNpmScript
    ? run(process.execPath, [npm, ...args])
    : run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args)
  if (status !== 0) {
    throw new Error(
      'npm ci failed. If better-sqlite3 could not be built, install a C++ compiler, make and Python 3, and try again.',
    )
  }
  writeFileSync(stampFile, wanted)
}

if (process.argv[1] === import.meta.filename) ensureInstalled()
