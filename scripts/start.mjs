// `npm start`: install what is missing, build, become `stemma serve` with the demo world.
// The command runs in this very process, so signals and the exit code are its own.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { ensureInstalled } from './ensure-installed.mjs'
import { root } from './run.mjs'

ensureInstalled()
build()

const main = join(root, 'packages', 'cli', 'dist', 'main.js')
if (!existsSync(main)) throw new Error('packages/cli has no main.ts yet, so there is nothing to start.')
process.env.STEMMA_DEMO ??= '1'
process.argv = [process.execPath, main, 'serve', ...process.argv.slice(2)]
await import(pathToFileURL(main).href)
