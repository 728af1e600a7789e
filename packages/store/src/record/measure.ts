/**
 * How large plain data will be in a record, before it is encoded: the host adds up what joins a batch and closes the
 * batch in time. What cannot be encoded is found here, so that it is refused before it joins one.
 */
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
