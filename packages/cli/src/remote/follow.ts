/** `stemma events follow`: events as they happen, one a line, until interrupted. */
import { Command, Option } from 'commander'
import { type ConnectionOptions, findConnection } from '../connection.js'
import type { Shell } from '../shell.js'
import { withConnection } from './options.js'

interface FollowOptions extends ConnectionOptions {
  readonly under: string
  readonly kinds?: string
  readonly after?: string
  readonly count?: string
}

export function followCommand(shell: Shell): Command {
  const command = new Command('follow')
    .summary('Follow events as they happen')
    .description(
      'Follow events as they happen, one JSON object a line, until interrupted. Resumes behind the event given by --after.',
    )
    .addOption(new Option('--under <party>', 'this party and everything beneath it').makeOptionMandatory())
    .addOption(new Option('--kinds <a,b>', 'kinds, or first parts of kinds such as transfer.'))
    .addOption(new Option('--after <id>', 'sequence.index of the last event that was seen'))
    .addOption(new Option('--count <number>', 'end after so many events'))
  return withConnection(command).action(async () => {
    const options: FollowOptions = command.opts()
    const api = shell.connect(findConnection(options, shell.env))
    const most = options.count === undefined ? Number.POSITIVE_INFINITY : Number(options.count)
    const filter = {
      under: options.under,
      kinds: options.kinds === undefined ? [] : options.kinds.split(','),
      after: options.after ?? null,
    }
    let seen = 0
    for await (const event of api.follow(filter, shell.interruption())) {
      shell.out(`${JSON.stringify(event)}\n`)
      seen += 1
      if (seen >= most) return
    }
  })
}
