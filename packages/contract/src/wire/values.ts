/** Wire types of single values: texts, names, choices, ids, instants, counts, flags and free JSON. */
import { z } from 'zod'
import { malformed, type Wire } from './wire.js'

interface TextLimits {
  readonly min?: number
  readonly max: number
  readonly pattern?: RegExp
  /** What the pattern means, in words for the refusal. */
  readonly meaning?: string
  readonly description?: string
}

const CONTROL = /[\p{Cc}\p{Cs}]/u

/** Text of `min` to `max` UTF-16 units without control characters. */
export function text({ min = 1, max, pattern, meaning, description }: TextLimits): Wire<string> {
  const expected = meaning ?? `text of ${min} to ${max} characters`
  let schema = z.string().min(min).max(max)
  if (pattern !== undefined) schema = schema.regex(pattern)
  return {
    schema: description === undefined ? schema : schema.describe(description),
    decode(value, at) {
      if (typeof value !== 'string' || value.length < min || value.length > max)
        return malformed(at, expected, value)
      const fits = pattern === undefined ? !CONTROL.test(value) : pattern.test(value)
      return fits ? value : malformed(at, expected, value)
    },
    encode: (value) => value,
  }
}

/** One of a closed list of names. */
export function choice<const T extends string>(choices: readonly T[], description?: string): Wire<T> {
  const known = new Set<unknown>(choices)
  const schema = z.enum(choices as readonly [T, ...T[]])
  return {
    schema: description === undefined ? schema : schema.describe(description),
    decode: (value, at) => (known.has(value) ? value : malformed(at, `one of ${choices.join(', ')}`, value)),
    encode: (value) => value,
  }
}

/** A native id: the kind's prefix, an underscore and a whole number of at most 53 bits. */
export function id<P extends string>(prefix: P, description?: string): Wire<`${P}_${number}`> {
  const start = `${prefix}_`
  const pattern = new RegExp(`^${prefix}_[1-9][0-9]{0,15}$`)
  const schema = z.string().regex(pattern)
  return {
    schema: description === undefined ? schema : schema.describe(description),
    decode(value, at) {
      const number = typeof value === 'string' ? idNumber(value, start) : 0
      return number > 0 ? number : malformed(at, `an id such as ${start}1042`, value)
    },
    encode: (value) => start + String(value),
  }
}

/** An id of one of several kinds; the engine's ids are unique over all kinds. */
export function anyId(prefixes: readonly string[], description?: string): Wire<string> {
  const starts = prefixes.map((prefix) => `${prefix}_`)
  const schema = z.string().regex(new RegExp(`^(?:${prefixes.join('|')})_[1-9][0-9]{0,15}$`))
  return {
    schema: description === undefined ? schema : schema.describe(description),
    decode(value, at) {
      const start = typeof value === 'string' ? starts.find((each) => value.startsWith(each)) : undefined
      const number = start === undefined ? 0 : idNumber(value as string, start)
      return number > 0 ? number : malformed(at, `an id such as ${starts.join('1042 or ')}1042`, value)
    },
    encode: (value) => value,
  }
}

const PREFIXES: Readonly<Record<string, string>> = {
  account: 'acc',
  group: 'grp',
  party: 'pty',
  subtree: 'pty',
  user: 'usr',
}
const KINDS: Readonly<Record<string, string>> = { acc: 'account', grp: 'group', pty: 'party', usr: 'user' }

/** The id of what the field `beside` names the kind of; the engine keeps the two apart as well. */
export function idOfKind(beside: string, description?: string): Wire<string> {
  const plain = anyId(['acc', 'grp', 'pty', 'usr'], description)
  return {
    ...plain,
    encode: (value, parent) =>
      typeof value === 'number' ? `${PREFIXES[String(parent[beside])]}_${value}` : value,
  }
}

/** An id that the engine takes together with its kind: `{ account: 1042 }`. */
export function target(prefixes: readonly string[], description?: string): Wire<string> {
  const plain = anyId(prefixes, description)
  return {
    ...plain,
    decode(value, at, parent) {
      const number = plain.decode(value, at, parent)
      return { [KINDS[(value as string).slice(0, 3)] as string]: number }
    },
    encode(value) {
      const [kind, number] = Object.entries(value as object)[0] as [string, number]
      return `${PREFIXES[kind]}_${number}`
    },
  }
}

/** The number behind the prefix, or 0 where the text is no id. */
export function idNumber(value: string, start: string): number {
  if (!value.startsWith(start) || value.length > start.length + 16) return 0
  let number = 0
  for (let index = start.length; index < value.length; index += 1) {
    const digit = value.charCodeAt(index) - 48
    if (digit < 0 || digit > 9 || (digit === 0 && index === start.length)) return 0
    number = number * 10 + digit
  }
  return Number.isSafeInteger(number) ? number : 0
}

/** A whole number within `min` and `max`. */
export function count({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
  description,
}: CountLimits = {}): Wire<number> {
  const schema = z.int().min(min).max(max)
  return {
    schema: description === undefined ? schema : schema.describe(description),
    decode: (value, at) =>
      Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
        ? value
        : malformed(at, `a whole number from ${min} to ${max}`, value),
    encode: (value) => Number(value),
    fromText: (written) => (/^-?[0-9]{1,16}$/.test(written) ? Number(written) : written),
  }
}

interface CountLimits {
  readonly min?: number
  readonly max?: number
  readonly description?: string
}

export function flag(description?: string): Wire<boolean> {
  const schema = z.boolean()
  return {
    schema: description === undefined ? schema : schema.describe(description),
    decode: (value, at) => (typeof value === 'boolean' ? value : malformed(at, 'true or false', value)),
    encode: (value) => value === true,
    fromText: (written) => (written === 'true' ? true : written === 'false' ? false : written),
  }
}

const RFC_3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/

/** An instant: RFC 3339 outside, whole microseconds since 1970 inside. */
export function instant(description?: string): Wire<string> {
  const schema = z.string().regex(RFC_3339).meta({ format: 'date-time' })
  return {
    schema: description === undefined ? schema : schema.describe(description),
    decode(value, at) {
      const match = typeof value === 'string' ? RFC_3339.exec(value) : null
      const milliseconds = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`)
      if (match === null || Number.isNaN(milliseconds) || milliseconds <= 0)
        return malformed(at, 'an instant such as 2026-11-20T17:00:00Z', value)
      return milliseconds * 1_000 + Number((match[2] ?? '').padEnd(6, '0').slice(0, 6))
    },
    encode: (value) => formatInstant(value as number),
  }
}

export function formatInstant(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1_000)
  const rest = String(microseconds - milliseconds * 1_000).padStart(3, '0')
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${rest}Z`
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const JSON_DEPTH_MAX = 8
const JSON_VALUES_MAX = 500

/** Free JSON within bounds: settings and attributes, whose rules belong to whoever reads them. Whole numbers only. */
export function json(description: string): Wire<Json> {
  return {
    schema: z
      .unknown()
      .meta({ description, type: ['object', 'array', 'string', 'integer', 'boolean', 'null'] }),
    decode(value, at) {
      const budget = { left: JSON_VALUES_MAX }
      checkJson(value, at, 0, budget)
      return value
    },
    encode: (value) => toJson(value),
  }
}

function checkJson(value: unknown, at: string, depth: number, budget: { left: number }): void {
  budget.left -= 1
  if (depth > JSON_DEPTH_MAX || budget.left < 0)
    malformed(at, `at most ${JSON_VALUES_MAX} values nested ${JSON_DEPTH_MAX} deep`, value)
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    malformed(at, 'a whole number; decimals are written as text', value)
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) checkJson(part, `${at}/${key}`, depth + 1, budget)
}

/** What the engine keeps as plain data, in JSON: big whole numbers become text. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toJson(part)]))
}
