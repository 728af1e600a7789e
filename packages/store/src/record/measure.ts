/**
 * How large plain data will be in a record, before it is encoded: the host adds up what joins a batch and closes the
 * batch in time. What cannot be encoded is found here, so that it is refused before it joins one.
 */
import type { AnyTable, Event, KeyedResult, Plain, Row } from '@stemma/core/image'

const NUMBER_BYTES = 9
const LENGTH_BYTES = 5
/** A structure's definition repeats its names once a record; counted each time, the measure stays an upper bound. */
const STRUCTURE_BYTES = 8
const WIDE_BIGINT_BYTES = 32
const WIDE_LIMIT = 2n ** 127n
const LONE_SURROGATE = /\p{Surrogate}/u

/** At most how many bytes `plain` takes in a record. Throws for what is not plain data or does not survive encoding. */
export function recordBytesMax(plain: unknown): number {
  switch (typeof plain) {
    case 'boolean':
      return 1
    case 'number':
      return NUMBER_BYTES
    case 'bigint':
      return bigintBytesMax(plain)
    case 'string':
      return textBytesMax(plain)
    case 'object':
      if (plain === null) return 1
      return Array.isArray(plain) ? listBytesMax(plain) : structureBytesMax(plain)
    default:
      throw new Error(`expected plain data, was ${typeof plain}`)
  }
}

function bigintBytesMax(value: bigint): number {
  if (BigInt.asIntN(64, value) === value) return NUMBER_BYTES
  if (value >= WIDE_LIMIT || value < -WIDE_LIMIT) throw new Error(`expected at most 128 bits, was ${value}`)
  return WIDE_BIGINT_BYTES
}

function textBytesMax(text: string): number {
  if (LONE_SURROGATE.test(text))
    throw new Error('expected well-formed text, was a text with half a character')
  return LENGTH_BYTES + 3 * text.length
}

function listBytesMax(list: readonly unknown[]): number {
  let bytes = LENGTH_BYTES
  for (const item of list) bytes += recordBytesMax(item)
  return bytes
}

function structureBytesMax(structure: object): number {
  const prototype: unknown = Object.getPrototypeOf(structure)
  if (prototype !== Object.prototype && prototype !== null)
    throw new Error(`expected plain data, was a ${structure.constructor.name}`)
  let bytes = STRUCTURE_BYTES
  for (const [name, value] of Object.entries(structure)) {
    if (name === '__proto__') throw new Error('expected plain data, was a structure with a field __proto__')
    bytes += textBytesMax(name) + recordBytesMax(value)
  }
  return bytes
}

/** At most how many bytes the after-image of a row takes in a record. */
export function rowBytesMax(table: AnyTable, row: Row): number {
  const { columns } = table
  let bytes = LENGTH_BYTES + NUMBER_BYTES
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index] as AnyTable['columns'][number]
    if (column.kind === 'number' || column.kind === 'flag') bytes += NUMBER_BYTES
    else if (column.kind === 'amount') bytes += WIDE_BIGINT_BYTES
    else bytes += writtenBytesMax(column.get(row) as Plain)
  }
  return bytes
}

/** Of an event. What it has besides paths and data is short or came with the request. */
export const eventBytesMax = ({ subject, kind, paths, data, reason, request }: Event): number =>
  EVENT_NUMBERS * NUMBER_BYTES +
  writtenBytesMax(kind) +
  writtenBytesMax(subject) +
  writtenBytesMax(paths) +
  writtenBytesMax(data) +
  writtenBytesMax(reason) +
  writtenBytesMax(request)
/** Sequence, index, time, three of the doer, and the row itself. */
const EVENT_NUMBERS = 7

/** Of a keyed result, with its key. */
export const resultBytesMax = (
  { operation, key, bodyHash }: Pick<KeyedResult, 'operation' | 'key' | 'bodyHash'>,
  result: Plain,
): number =>
  RESULT_NUMBERS * NUMBER_BYTES +
  writtenBytesMax(operation) +
  writtenBytesMax(key) +
  writtenBytesMax(bodyHash) +
  writtenBytesMax(result)
/** Sequence, time, owner, and the row itself. */
const RESULT_NUMBERS = 4

/** As `recordBytesMax`, of what was let in already and so is plain. */
function writtenBytesMax(plain: Plain): number {
  if (typeof plain === 'string') return LENGTH_BYTES + 3 * plain.length
  if (typeof plain === 'bigint') return WIDE_BIGINT_BYTES
  if (typeof plain !== 'object' || plain === null) return NUMBER_BYTES
  let bytes = STRUCTURE_BYTES
  if (Array.isArray(plain)) for (const item of plain) bytes += writtenBytesMax(item)
  else
    for (const name in plain)
      bytes +=
        LENGTH_BYTES +
        3 * name.length +
        writtenBytesMax((plain as { readonly [key: string]: Plain })[name] as Plain)
  return bytes
}
