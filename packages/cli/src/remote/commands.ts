/** The remote commands, made from the operations of the API: a new operation is a new command without a line here. */
import { OPERATIONS, type Operation } from '@stemma/client/operations'
import { Argument, Command, Option } from 'commander'
import { type ConnectionOptions, findConnection } from '../connection.js'
import { usageError } from '../exit.js'
import { type Format, render, renderIds, unknownColumns } from '../output/render.js'
import type { Shell } from '../shell.js'
import type { Api, CallOptions, Input } from './api.js'
import { type Field, fieldsOf } from './fields.js'
import { followCommands } from './follow.js'
import { ELSEWHERE, type Noun, resourceOf, verbOf } from './nouns.js'
import { RESERVED, withConnection, withOutput } from './options.js'
import { dashed, toValue } from './values.js'

/** One command for each of the nouns, with a subcommand for each of its operations. */
export function remoteCommands(shell: Shell, nouns: readonly Noun[]): readonly Command[] {
  const known = OPERATIONS.filter(({ name }) => !ELSEWHERE.includes(name))
  return nouns.map(({ noun, summary, resources }) => {
    const operations = known.filter(({ name }) => resources.includes(resourceOf(name)))
    const command = new Command(noun).description(summary)
    for (const operation of operations) command.addCommand(operationCommand(noun, operation, shell))
    for (const follow of followCommands(noun, shell)) command.addCommand(follow)
    return command
  })
}

interface LeafOptions extends ConnectionOptions {
  readonly output: Format
  readonly columns?: string
  readonly quiet?: boolean
  readonly dryRun?: boolean
  readonly idempotencyKey?: string
  readonly ifMatch?: string
  readonly all?: boolean
}

function operationCommand(noun: string, operation: Operation, shell: Shell): Command {
  const fields = fieldsOf(operation)
  const isPaged = fields.some(({ name }) => name === 'cursor')
  const command = new Command(verbOf(operation.name)).summary(operation.summary)
  command.description([`${operation.summary}.`, operation.description].filter(Boolean).join('\n'))
  for (const field of fields) addField(command, noun, field, operation.ifMatch)
  if (operation.isWrite)
    command
      .addOption(new Option('--dry-run', 'show what would happen; change nothing'))
      .addOption(new Option('--idempotency-key <key>', 'the same key asks the same thing once'))
  if (operation.ifMatch)
    command.addOption(new Option('--if-match <version>', 'refuse unless the record still has this version'))
  if (isPaged) command.addOption(new Option('--all', 'all pages, one after the other'))
  withConnection(withOutput(command))
  return command.action(async (...given: unknown[]) => {
    const options: LeafOptions & Record<string, unknown> = command.opts()
    const input = inputOf(noun, fields, given, options)
    const api = shell.connect(findConnection(options, shell.env))
    const answer =
      options.all === true
        ? await allPages(api, operation.name, input)
        : await api.call(operation.name, input, callOptions(options))
    shell.out(shown(answer, options))
    remark(answer, options, shell)
  })
}

function shown(answer: unknown, { output, columns, quiet }: LeafOptions): string {
  if (quiet === true) return renderIds(answer)
  return render(answer, output, columnsOf(columns))
}

const columnsOf = (columns: string | undefined): readonly string[] | null =>
  columns === undefined ? null : columns.split(',').map((column) => column.trim())

const optionName = (noun: string, field: Field): string =>
  dashed(RESERVED.has(field.name) ? `${noun}_${field.name}` : field.name)

/** Where a record is changed, what can be nothing can be set to nothing. */
function addField(command: Command, noun: string, field: Field, isChange: boolean): void {
  if (field.isPositional) {
    command.addArgument(new Argument(`<${dashed(field.name)}>`, field.description))
    return
  }
  const shape = field.kind === 'flag' ? `[${field.placeholder}]` : `<${field.placeholder}>`
  const option = new Option(`--${optionName(noun, field)} ${shape}`, field.description)
  if (field.choices.length > 0) option.choices(field.choices)
  command.addOption(field.isRequired ? option.makeOptionMandatory() : option)
  if (isChange && field.isNullable && field.kind !== 'flag')
    command.addOption(new Option(`--no-${optionName(noun, field)}`, 'set it to nothing'))
}

function inputOf(
  noun: string,
  fields: readonly Field[],
  given: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): Input {
  const places = fields.filter((field) => field.isPositional)
  const entries = fields.flatMap((field): [string, unknown][] => {
    const written = field.isPositional
      ? given[places.indexOf(field)]
      : options[camelCase(optionName(noun, field))]
    if (written === false && field.kind !== 'flag') return [[field.name, null]]
    if (typeof written !== 'string' && typeof written !== 'boolean') return []
    return [[field.name, toValue(field, written)]]
  })
  return Object.fromEntries(entries)
}

/** As commander names the value of an option. */
const camelCase = (name: string): string =>
  name.replace(/-([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase())

function callOptions({ dryRun = false, idempotencyKey, ifMatch }: LeafOptions): CallOptions {
  if (ifMatch !== undefined && !/^[0-9]{1,15}$/.test(ifMatch))
    throw usageError(`--if-match: expected a version, was ${ifMatch}`)
  return {
    dryRun,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(ifMatch === undefined ? {} : { ifMatch: Number(ifMatch) }),
  }
}

async function allPages(api: Api, operation: string, input: Input): Promise<unknown> {
  const items: unknown[] = []
  let cursor: string | null = null
  do {
    const page = await api.call(operation, cursor === null ? input : { ...input, cursor }, { dryRun: false })
    const { items: more, next_cursor: next } = page as { items: unknown[]; next_cursor: string | null }
    items.push(...more)
    cursor = next
  } while (cursor !== null)
  return { items, next_cursor: null }
}

/** What a person should know beside the answer; it goes to the error stream, so that pipes stay clean. */
function remark(answer: unknown, options: LeafOptions, shell: Shell): void {
  const { output, quiet, all, dryRun } = options
  if (dryRun === true) shell.note('Nothing was changed: this was a dry run.')
  const missing = unknownColumns(answer, columnsOf(options.columns) ?? [])
  if (missing !== null && output !== 'json' && quiet !== true) shell.note(missing)
  if (typeof answer !== 'object' || answer === null) return
  if ('secret' in answer && typeof answer.secret === 'string')
    shell.note('The secret is shown this once. Keep it now: nobody can read it again.')
  if ('approval' in answer && !('operation' in answer) && !('id' in answer))
    shell.note('It waits for a second person: `stemma approval approve`.')
  if (
    output === 'table' &&
    quiet !== true &&
    all !== true &&
    'next_cursor' in answer &&
    typeof answer.next_cursor === 'string'
  )
    shell.note(`There is more: --all, or --cursor ${answer.next_cursor}`)
}
