/** The process behind the `stemma` command: arguments in, an exit code out. */
import { run } from './run.js'

process.exitCode = await run(process.argv.slice(2))
