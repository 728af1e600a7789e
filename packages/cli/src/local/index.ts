/**
 * The commands that work on this machine: they open the store themselves. What they need of the server is loaded
 * when one of them runs, so that commands over the network start without it.
 */
import { Command, Option } from 'commander'
import type { Shell } from '../shell.js'
import type { BackupOptions, CompactOptions, CopyOptions, RestoreOptions } from './journal.js'
import type { LocalOptions } from './options.js'

export const localCommands = (shell: Shell): readonly Command[] => [
  serveCommand(shell),
  migrateCommand(shell),
  seedCommand(shell),
  backupCommand(shell),
  restoreCommand(shell),
  storeCommand(shell),
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
    const { seed } = await import('./seed.js')
    await explained(() => seed(command.opts<LocalOptions>(), shell))
  })
}

function backupCommand(shell: Shell): Command {
  const command = new Command('backup')
    .summary('Write the journal to a file, while a server runs or not')
    .description(
      'Write the journal to a new file that proves itself, while a server runs or not.\nThe wrapped keys of the parties go to a file of their own, which each backup replaces: who keeps only the\nnewest keeps nothing of the parties that were erased.',
    )
    .addOption(new Option('--to <file>', 'the new file').makeOptionMandatory())
    .addOption(new Option('--keys <file>', 'file for the wrapped keys, else party.keys beside the backup'))
    .addOption(dataOption())
  return command.action(async () => {
    const { backup } = await import('./journal.js')
    await explained(() => backup(command.opts<BackupOptions>(), shell))
  })
}

function restoreCommand(shell: Shell): Command {
  const command = new Command('restore')
    .summary('Make a book of a backup')
    .description(
      'Make a book of a backup, in a data directory that has none, and prove that it is the same.\nEnds with 1 where something does not hold.',
    )
    .addOption(new Option('--from <file>', 'the backup').makeOptionMandatory())
    .addOption(new Option('--keys <file>', 'file with the wrapped keys, else party.keys beside the backup'))
    .addOption(new Option('--no-keys', 'without keys: what was sealed for parties stays unreadable'))
    .addOption(dataOption())
  return command.action(async () => {
    const { restore } = await import('./journal.js')
    await explained(() => restore(command.opts<RestoreOptions>(), shell))
  })
}

function storeCommand(shell: Shell): Command {
  const copying = new Command('copy')
    .summary('Make a book of another')
    .description(
      'Make a book of another, where none is, and prove by hashes that they are the same. The other is only read.',
    )
    .addOption(
      new Option(
        '--from <book>',
        'data directory, or postgres:// address, of the book',
      ).makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--to <book>',
        'data directory, or postgres:// address, of the new book',
      ).makeOptionMandatory(),
    )
  copying.action(async () => {
    const { copy } = await import('./journal.js')
    await explained(() => copy(copying.opts<CopyOptions>(), shell))
  })
  return new Command('store')
    .summary('Where the book is kept')
    .description('Copy a book from one place to another, or make its journal smaller.')
    .addCommand(copying)
    .addCommand(compactCommand(shell))
}

function compactCommand(shell: Shell): Command {
  const command = new Command('compact')
    .summary('Drop old images and results behind a snapshot')
    .description(
      'Write a snapshot of the whole state into the journal, and drop the images and results that it replaces. All\nevents stay, and the chain verifies as before. While a server writes the book, it is refused.',
    )
    .addOption(
      new Option('--keep <days>', 'days of which everything is kept, 1 to 36500; 30 unless said').default(
        '30',
      ),
    )
    .addOption(dataOption())
  return command.action(async () => {
    const { compact } = await import('./journal.js')
    await explained(() => compact(command.opts<CompactOptions>(), shell))
  })
}

/** The proof of a backup, which needs nothing but itself. */
export async function verifyBackupFile(path: string): Promise<{ readonly holds: boolean }> {
  const { proveBackup } = await import('./journal.js')
  return explained(() => proveBackup(path))
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
