/** Options that many commands share. */
import { type Command, Option } from 'commander'
import { DEFAULT_DATA, DEFAULT_URL } from '../connection.js'
import { FORMATS } from '../output/render.js'

/** Options of a connection and of the answer's form; a field of the same name gets its noun in front. */
export const RESERVED: ReadonlySet<string> = new Set([
  'url',
  'api_key',
  'demo',
  'data',
  'output',
  'columns',
  'quiet',
  'dry_run',
  'idempotency_key',
  'if_match',
  'all',
  'help',
])

export function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <address>', `the server; STEMMA_URL, else ${DEFAULT_URL}`))
    .addOption(
      new Option('--api-key <key>', 'the key; better in STEMMA_API_KEY, which other users cannot see'),
    )
    .addOption(new Option('--demo', 'use the operator’s key of the demo world'))
    .addOption(
      new Option('--data <folder>', `where the demo world’s file is; STEMMA_DATA, else ${DEFAULT_DATA}`),
    )
}

export function withForm(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <form>', 'form of the answer').choices(FORMATS).default('table'),
  )
}

export function withOutput(command: Command): Command {
  return withForm(command)
    .addOption(new Option('-c, --columns <a,b>', 'fields that a table or CSV shows; all unless said'))
    .addOption(new Option('-q, --quiet', 'print ids alone, one a line'))
}
