/** `stemma events follow` and its like: what happens as it happens, one object a line, until interrupted. */
import { Command, Option } from 'commander'
import { type ConnectionOptions, findConnection } from '../connection.js'
import type { Shell } from '../shell.js'
import { withConnection } from './options.js'

interface Followed {
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly options: readonly Option[]
}

const under = () =>
  new Option('--under <party>', 'this party and everything beneath it').makeOptionMandatory()
const after = (what: string) => new Option('--after <id>', what)

/** By the noun that it stands under. */
const FOLLOWED: Readonly<Record<string, Followed>> = {
  events: {
    path: '/events/stream',
    summary: 'Follow events as they happen',
    description:
      'Follow events as they happen, one JSON object a line, until interrupted. Resumes behind the event given by --after.',
    options: [
      under(),
      new Option('--kinds <a,b>', 'kinds, or first parts of kinds such as transfer.'),
      after('sequence.index of the last event that was seen'),
    ],
  },
  'drop-copy': {
    path: '/drop-copy/stream',
    summary: 'Follow execution reports as they happen',
    description:
      'Follow execution reports as they happen, one JSON object a line, until interrupted. Resumes behind the event given by --after.',
    options: [under(), after('the event of the last report that was seen')],
  },
  announcement: {
    path: '/announcements/stream',
    summary: 'Follow what the house tells everybody',
    description:
      'Follow announcements as they are published and withdrawn, one JSON object a line, until interrupted.',
    options: [],
  },
  quote: {
    path: '/market-data/stream',
    summary: 'Follow the market of instruments',
    description:
      'Follow book, statistics and state of instruments: a snapshot of each, then every change, one JSON object a line, until interrupted.',
    options: [
      new Option('--instruments <a,b>', 'ids or symbols; all alone for every one').makeOptionMandatory(),
      new Option('--depth <number>', 'levels of each side; 10 unless said'),
    ],
  },
}

/** The command of the noun, where it has a stream. */
export function followCommands(noun: string, shell: Shell): readonly Command[] {
  const followed = FOLLOWED[noun]
  return followed === undefined ? [] : [followCommand(followed, shell)]
}

function followCommand({ path, summary, description, options }: Followed, shell: Shell): Command {
  const command = new Command('follow').summary(summary).description(description)
  for (const option of options) command.addOption(option)
  command.addOption(new Option('--count <number>', 'end after so many'))
  return withConnection(command).action(async () => {
    const given: ConnectionOptions & Readonly<Record<string, string | undefined>> = command.opts()
    const api = shell.connect(findConnection(given, shell.env))
    const most = given.count === undefined ? Number.POSITIVE_INFINITY : Number(given.count)
    const query = options.flatMap((option): [string, string][] => {
      const written = given[option.attributeName()]
      return written === undefined ? [] : [[option.attributeName(), written]]
    })
    let seen = 0
    for await (const item of api.follow(path, Object.fromEntries(query), shell.interruption())) {
      shell.out(`${JSON.stringify(item)}\n`)
      seen += 1
      if (seen >= most) return
    }
  })
}
