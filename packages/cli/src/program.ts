/** The whole command line: what works on a server over the network, and what works on this machine. */
import { Command } from 'commander'
import { localCommands } from './local/index.js'
import { remoteCommands } from './remote/commands.js'
import type { Shell } from './shell.js'
import { verifyCommand } from './verify.js'

export function buildProgram(shell: Shell): Command {
  const program = new Command('stemma')
    .description('Stemma, the system of record for trading accounts')
    .showHelpAfterError('(add --help for what this command takes)')
    .configureHelp({ sortOptions: false })
  for (const command of [...localCommands(shell), ...remoteCommands(shell), verifyCommand(shell)])
    program.addCommand(command)
  return program
}
