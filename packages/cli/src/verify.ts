/** `stemma verify`: proves the book, asked of a server or, while none runs, read from its data directory. */
import { Command, Option } from 'commander'
import { type ConnectionOptions, findConnection } from './connection.js'
import { Ending, EXIT } from './exit.js'
import { verifyBackupFile, verifyOffline } from './local/index.js'
import { type Format, render } from './output/render.js'
import { withConnection, withForm } from './remote/options.js'
import type { Shell } from './shell.js'

interface VerifyOptions extends ConnectionOptions {
  readonly under?: string
  readonly offline?: boolean
  readonly backup?: string
  readonly output: Format
}

export function verifyCommand(shell: Shell): Command {
  const command = new Command('verify')
    .summary('Prove the book')
    .description(
      'Prove the book: every currency sums to zero, derived figures equal primary ones.\nWith --offline, the journal and tables of a data directory (--data) that no server uses: the chain is unbroken.\nWith --backup, a backup by itself: its chain, and the laws of the book that follows from it.\nEnds with 1 when something does not hold.',
    )
    .addOption(
      new Option('--under <party>', 'only this party and everything beneath it').conflicts('offline'),
    )
    .addOption(new Option('--offline', 'read the data directory instead of asking a server'))
    .addOption(new Option('--backup <file>', 'read a backup').conflicts(['offline', 'under']))
  return withConnection(withForm(command)).action(async () => {
    const options: VerifyOptions = command.opts()
    const report = await proofOf(options, shell)
    shell.out(render(report, options.output))
    if (!report.holds) throw new Ending(EXIT.refused, 'The book does not hold.')
  })
}

function proofOf(options: VerifyOptions, shell: Shell): Promise<VerifyReport> {
  if (options.backup !== undefined) return verifyBackupFile(options.backup)
  if (options.offline === true)
    return verifyOffline(options.data === undefined ? {} : { data: options.data }, shell)
  return ask(options, shell)
}

interface VerifyReport {
  readonly holds: boolean
}

async function ask(options: VerifyOptions, shell: Shell): Promise<VerifyReport> {
  const api = shell.connect(findConnection(options, shell.env))
  const input = options.under === undefined ? {} : { under: options.under }
  return (await api.call('book.verify', input, { dryRun: false })) as VerifyReport
}
