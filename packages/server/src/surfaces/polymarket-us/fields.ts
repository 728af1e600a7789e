/**
 * Reads the fields of a request: camelCase or snake_case, int64 as text or as a whole number, and nothing that the
 * message does not have. Each fault names the field and what was expected.
 */
import { type Instant, parseInstant } from '@stemma/core'
import { invalid } from './errors.js'

/** `addressLine1` is `address_line_1`. */
const snake = (name: string): string => name.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`)

/** Whether text is a day of the calendar, as `2026-01-31`. */
export function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text
}

export class Fields {
  private constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly place: string,
  ) {}

  /** A body or a message in it. `known` is the message's fields in camelCase; others are refused. */
  static of(value: unknown, known: readonly string[], place = ''): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw invalid(place === '' ? 'expected a JSON object' : `invalid ${place}: expected an object`)
    const names = new Set(known.flatMap((name) => [name, snake(name)]))
    const unknown = Object.keys(value).find((name) => !names.has(name))
    if (unknown !== undefined) throw invalid(`unknown field ${JSON.stringify(unknown.slice(0, 64))}`)
    return new Fields(value as Record<string, unknown>, place)
  }

  /** The query of a GET. Parameters that the method does not have are left alone, as proxies add some. */
  static ofQuery(query: unknown): Fields {
    return new Fields((query ?? {}) as Record<string, unknown>, '')
  }

  text(name: string): string | null {
    const value = this.find(name)
    if (value === undefined || value === null || value === '') return null
    if (typeof value !== 'string') throw this.fault(name, 'expected text')
    return value
  }

  requiredText(name: string): string {
    const value = this.text(name)
    if (value === null) throw this.missing(name)
    return value
  }

  /** Repeated text: the key once or several times, or a list. */
  texts(name: string): readonly string[] {
    const value = this.find(name) ?? []
    const list = Array.isArray(value) ? value : [value]
    if (!list.every((item): item is string => typeof item === 'string'))
      throw this.fault(name, 'expected text')
    return list.filter((item) => item !== '')
  }

  flag(name: string): boolean {
    const value = this.find(name) ?? false
    if (value === true || value === 'true') return true
    if (value === false || value === 'false' || value === '') return false
    throw this.fault(name, 'expected true or false')
  }

  whole(name: string, otherwise: number): number {
    const value = this.find(name)
    if (value === undefined || value === null || value === '') return otherwise
    const number =
      typeof value === 'number' ? value : /^-?\d{1,16}$/.test(String(value)) ? Number(value) : Number.NaN
    if (!Number.isSafeInteger(number)) throw this.fault(name, 'expected a whole number')
    return number
  }

  /** An int64, as text or as a JSON number that is exact. */
  int64(name: string): bigint | null {
    const value = this.find(name)
    if (value === undefined || value === null || value === '') return null
    const isExact =
      typeof value === 'number' ? Number.isSafeInteger(value) : /^-?\d{1,19}$/.test(String(value))
    const count = isExact && typeof value !== 'boolean' ? BigInt(value as string | number) : null
    if (count === null || BigInt.asIntN(64, count) !== count)
      throw this.fault(name, 'expected a whole number of 64 bits')
    return count
  }

  /** The same where zero is the value of what was not set. */
  int64Set(name: string): bigint | null {
    const count = this.int64(name)
    return count === 0n ? null : count
  }

  has(name: string): boolean {
    const value = this.find(name)
    return value !== undefined && value !== null && value !== ''
  }

  instant(name: string): Instant | null {
    const value = this.text(name)
    if (value === null) return null
    const instant = parseInstant(value)
    if (instant === undefined) throw this.fault(name, 'expected an RFC 3339 time')
    return instant
  }

  /** A date as `{year, month, day}`, or in a query as `name.year`, `name.month`, `name.day`; as `2026-01-31`. */
  date(name: string): string | null {
    const message = this.message(name, ['year', 'month', 'day'])
    const part = (of: string): number =>
      message === null ? this.whole(`${name}.${of}`, 0) : message.whole(of, 0)
    const [year, month, day] = [part('year'), part('month'), part('day')]
    if (year === 0 && month === 0 && day === 0) return null
    const text = [
      String(year).padStart(4, '0'),
      ...[month, day].map((each) => String(each).padStart(2, '0')),
    ].join('-')
    if (!isDate(text)) throw this.fault(name, 'expected a date of year, month and day')
    return text
  }

  message(name: string, known: readonly string[]): Fields | null {
    const value = this.find(name)
    return value === undefined || value === null ? null : Fields.of(value, known, `${this.place}${name}.`)
  }

  /** The value as it is, for what only this message reads. */
  find(name: string): unknown {
    const other = snake(name)
    const value = Object.hasOwn(this.values, name) ? this.values[name] : undefined
    const twin = other !== name && Object.hasOwn(this.values, other) ? this.values[other] : undefined
    if (value !== undefined && twin !== undefined) throw this.fault(name, `given as ${other} too`)
    return value ?? twin
  }

  missing(name: string): Error {
    return invalid(`missing required field ${this.place}${name}`)
  }

  fault(name: string, expectation: string): Error {
    return invalid(`invalid ${this.place}${name}: ${expectation}`)
  }
}
