/** The whole command line: what works on a server over the network, and what works on this machine. */
import { Command } from 'commander'
import { localCommands } from './local/index.js'
import { remoteCommands } from './remote/commands.js'
import type { Shell } from './shell.js'
import { verifyCommand } from './verify.js'

/**
 * All commands, or those of this machine alone where `words` ask for one of them: reading every operation of the API
 * takes a while, which a start of the server need not pay.
 */
export function buildProgram(shell: Shell, words: readonly string[] = []): Command {
  const program = new Command('stemma')
    .description('Stemma, the system of record for trading accounts')
    .showHelpAfterError('(add --help for what this command takes)')
    .configureHelp({ sortOptions: false })
  const local = localCommands(shell)
  const isLocal = local.some((command) => command.name() === words[0])
  const remote = isLocal ? [] : [...remoteCommands(shell), verifyCommand(shell)]
  for (const command of [...local, ...remote]) program.addCommand(command)
  return program
}
