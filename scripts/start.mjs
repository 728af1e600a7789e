// `npm start`: install what is missing, build, become `stemma serve` with the demo world.
// The command runs in this very process, so signals and the exit code are its own.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { ensureInstalled } from './ensure-installed.mjs'
import { root } from './run.mjs'

try {
  ensureInstalled()
  build()
} catch (error) {
  // What failed has said why on this terminal already; a stack of this script would only hide it.
  process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
}

const main = join(root, 'packages', 'cli', 'dist', 'main.js')
process.env.STEMMA_DEMO ??= '1'
process.argv = [process.execPath, main, 'serve', ...process.argv.slice(2)]
await import(pathToFileURL(main).href)
