// Installs and builds what is needed, then runs one TypeScript file with the remaining arguments.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { ensureInstalled } from './ensure-installed.mjs'
import { root, runInstalled } from './run.mjs'

const [file, ...args] = process.argv.slice(2)
if (file === undefined) throw new Error('expected the path of a TypeScript file')
if (!existsSync(join(root, file))) throw new Error(`${file} does not exist yet`)

ensureInstalled()
build()
process.exitCode = runInstalled('tsx/dist/cli.mjs', [file, ...args])
