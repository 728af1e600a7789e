/**
 * The commands that work on this machine: they open the store themselves. The server is loaded when one of them runs,
 * so that commands over the network start without it.
 */
import { Command, Option } from 'commander'
import type { Shell } from '../shell.js'
import type { LocalOptions } from './options.js'

export const localCommands = (shell: Shell): readonly Command[] => [
  serveCommand(shell),
  migrateCommand(shell),
  seedCommand(shell),
]

function serveCommand(shell: Shell): Command {
  const command = new Command('serve')
    .summary('Run the server')
    .description('Run the server until it is interrupted. Ends with 1 when the journal cannot be written.')
    .addOption(new Option('--port <number>', 'port of HTTP and WebSocket; STEMMA_PORT, else 4000'))
    .addOption(new Option('--host <address>', 'address to listen on; STEMMA_HOST, else 127.0.0.1'))
    .addOption(dataOption())
    .addOption(new Option('--demo', 'create the demo world on an empty data directory; STEMMA_DEMO=1'))
  return command.action(async () => {
    const { serve } = await import('./serve.js')
    await explained(() => serve(command.opts<LocalOptions>(), shell))
  })
}

function migrateCommand(shell: Shell): Command {
  const command = new Command('migrate')
    .summary('Bring a data directory up to this version')
    .description(
      'Bring a data directory up to this version and let its tables catch up with its journal.\nThe server does the same when it starts; this does it without serving.',
    )
    .addOption(dataOption())
  return command.action(async () => {
    const { migrate } = await import('./data.js')
    await explained(() => migrate(command.opts<LocalOptions>(), shell))
  })
}

function seedCommand(shell: Shell): Command {
  const command = new Command('seed')
    .summary('Create the demo world on an empty data directory')
    .description('Create the demo world on an empty data directory, without serving it.')
    .addOption(dataOption())
    .addOption(new Option('--port <number>', 'port at which it will be served; STEMMA_PORT, else 4000'))
  return command.action(async () => {
    const { seed } = await import('./data.js')
    await explained(() => seed(command.opts<LocalOptions>(), shell))
  })
}

/** The proof of a data directory that no server uses. */
export async function verifyOffline(
  options: LocalOptions,
  shell: Shell,
): Promise<{ readonly holds: boolean }> {
  const { verify } = await import('./data.js')
  return explained(() => verify(options, shell))
}

const dataOption = (): Option => new Option('--data <folder>', 'data directory; STEMMA_DATA, else ./data')

/** Known reasons not to start end the command with one sentence. */
async function explained<Result>(work: () => Promise<Result>): Promise<Result> {
  const { endingOf } = await import('./faults.js')
  try {
    return await work()
  } catch (thrown) {
    throw endingOf(thrown)
  }
}
