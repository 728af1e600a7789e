/** The whole command line: what works on a server over the network, and what works on this machine. */
import { Command } from 'commander'
import { localCommands } from './local/index.js'
import { remoteCommands } from './remote/commands.js'
import { NOUNS } from './remote/nouns.js'
import type { Shell } from './shell.js'
import { verifyCommand } from './verify.js'
import { VERSION } from './version.js'

/**
 * All commands, or the one alone that `words` begin with: reading every operation of the API takes a while, which
 * neither a start of the server nor one question need pay.
 */
export function buildProgram(shell: Shell, words: readonly string[] = []): Command {
  const program = new Command('stemma')
    .description('Stemma, the system of record for trading accounts')
    .showHelpAfterError('(add --help for what this command takes)')
    .configureHelp({ sortOptions: false })
    .version(VERSION, '--version', 'print the version')
  for (const command of commandsFor(shell, words[0])) program.addCommand(command)
  return program
}

function commandsFor(shell: Shell, word: string | undefined): readonly Command[] {
  const [local, verify] = [localCommands(shell), verifyCommand(shell)]
  if ([...local, verify].some((command) => command.name() === word)) return [...local, verify]
  const noun = NOUNS.find(({ noun }) => noun === word)
  return [...local, ...remoteCommands(shell, noun === undefined ? NOUNS : [noun]), verify]
}
