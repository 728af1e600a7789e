/** Runs one command line with the streams of this process and says how it ended. */
import { type Command, CommanderError } from 'commander'
import { Ending, EXIT } from './exit.js'
import { interruption } from './interruption.js'
import { buildProgram } from './program.js'
import { connect } from './remote/connect.js'
import type { Shell } from './shell.js'

export async function run(words: readonly string[]): Promise<number> {
  const shell: Shell = {
    env: process.env,
    interruption,
    out: (text) => process.stdout.write(text),
    note: (text) => process.stderr.write(`${text}\n`),
    connect,
  }
  const program = buildProgram(shell, words)
  for (const command of everyCommand(program)) command.exitOverride()
  // A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done)
    throw error
  })
  try {
    await program.parseAsync(words, { from: 'user' })
    return EXIT.done
  } catch (thrown) {
    return explain(thrown)
  }
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

function explain(thrown: unknown): number {
  // Commander has already said what is wrong, or shown the help that was asked for.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage
  if (thrown instanceof Ending) {
    process.stderr.write(`${thrown.message}\n`)
    return thrown.code
  }
  throw thrown
}
