/** An answer in the form that was asked for. */
import { csv } from './csv.js'
import { cellText, type FlatRecord, flatten, itemsOf } from './record.js'
import { sheet, table } from './table.js'

export const FORMATS = ['table', 'json', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/** `columns` says which fields a table or CSV shows, in that order; JSON is always whole. */
export function render(answer: unknown, format: Format, columns: readonly string[] | null = null): string {
  if (format === 'json') return `${JSON.stringify(answer, null, 2)}\n`
  const items = itemsOf(answer)
  if (format === 'csv') return csv(chosen(items ?? [answer], columns))
  if (items === null && columns === null) return one(answer)
  if (items === null) return `${table(chosen([answer], columns))}\n`
  return items.length === 0 ? 'nothing found\n' : `${table(chosen(items, columns))}\n`
}

function chosen(records: readonly unknown[], columns: readonly string[] | null): FlatRecord[] {
  const flat = records.map(flatten)
  if (columns === null) return flat
  return flat.map((record) => Object.fromEntries(columns.map((column) => [column, record[column] ?? ''])))
}

/** What a table or CSV was asked for and no record has, with what they have; null where there is nothing to say. */
export function unknownColumns(answer: unknown, columns: readonly string[]): string | null {
  const records = (itemsOf(answer) ?? [answer]).map(flatten)
  const known = [...new Set(records.flatMap((record) => Object.keys(record)))]
  const unknown = columns.filter((column) => !known.includes(column))
  if (records.length === 0 || unknown.length === 0) return null
  return `There is no column ${unknown.join(', ')}; there are ${known.join(', ')}.`
}

/** One record; lists of objects inside it read better as tables of their own. */
function one(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return `${sheet(flatten(answer))}\n`
  const parts = Object.entries(answer)
  const single = Object.fromEntries(parts.filter(([, part]) => !isListOfObjects(part)))
  const lists = parts.filter(([, part]) => isListOfObjects(part))
  const tables = lists.map(([name, part]) => `\n${name}\n${table((part as unknown[]).map(flatten))}\n`)
  return `${sheet(flatten(single))}\n${tables.join('')}`
}

const isListOfObjects = (part: unknown): boolean =>
  Array.isArray(part) && part.length > 0 && part.every((item) => typeof item === 'object' && item !== null)

/** The ids of an answer, one a line: of each item, or of what a command made. */
export function renderIds(answer: unknown): string {
  const ids = (itemsOf(answer) ?? [answer]).flatMap(idOf)
  return ids.map((id) => `${id}\n`).join('')
}

const ID = /^[a-z]{2,4}_[0-9]+$/

function idOf(record: unknown): string[] {
  if (typeof record !== 'object' || record === null) return []
  const { id = null } = record as { id?: unknown }
  if (id !== null) return [cellText(id)]
  return Object.values(record)
    .filter((value): value is string => typeof value === 'string' && ID.test(value))
    .slice(0, 1)
}
