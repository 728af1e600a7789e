/**
 * The parameters of a method. Over GET every value is text, and lists are JSON text; clients also send numbers as text.
 * What a method does not know is left alone (section 1.2).
 */
import { fromMilliseconds, type Instant, type Price, parsePrice } from '@stemma/core'
import { invalidParam, missingParam, paramsMissing } from './errors.js'
import { plainDecimal } from './numbers.js'

export class Params {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    /** The request had no parameters at all. */
    private readonly isAbsent = false,
  ) {}

  /** Those of a request: none, where it leaves them out. */
  static of(given: unknown): Params {
    if (given === undefined || given === null) return new Params({}, true)
    if (typeof given !== 'object' || Array.isArray(given)) throw invalidParam('params', 'must be an object')
    return new Params(given as Readonly<Record<string, unknown>>)
  }

  has(name: string): boolean {
    return this.find(name) !== null
  }

  /** As text, whatever it is; empty where it is left out. */
  peek(name: string): string {
    return String(this.find(name) ?? '')
  }

  text(name: string): string | null {
    const value = this.find(name)
    if (value === null) return null
    if (typeof value === 'number') return String(value)
    if (typeof value !== 'string') throw invalidParam(name, 'must be a string')
    return value
  }

  requiredText(name: string): string {
    return this.text(name) ?? this.missing(name)
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word | null {
    const value = this.text(name)
    if (value === null) return null
    const found = words.find((word) => word === value)
    if (found === undefined) throw invalidParam(name, `must be one of ${words.join(', ')}`)
    return found
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.find(name)
    if (value === null) return otherwise
    if (value === true || value === 'true') return true
    if (value === false || value === 'false') return false
    throw invalidParam(name, 'must be a boolean')
  }

  whole(name: string): number | null {
    const value = this.find(name)
    if (value === null) return null
    const number = Number(plainDecimal(value) ?? Number.NaN)
    if (!Number.isSafeInteger(number)) throw invalidParam(name, 'must be an integer')
    return number
  }

  requiredWhole(name: string): number {
    return this.whole(name) ?? this.missing(name)
  }

  /** Within bounds, both inclusive. */
  count(name: string, otherwise: number, most: number, least = 1): number {
    const value = this.whole(name) ?? otherwise
    if (value < least || value > most) throw invalidParam(name, `must be between ${least} and ${most}`)
    return value
  }

  /** Milliseconds since 1970. */
  time(name: string): Instant | null {
    const value = this.whole(name)
    if (value === null) return null
    if (value < 0 || value > 8_640_000_000_000)
      throw invalidParam(name, 'must be a timestamp in milliseconds')
    return fromMilliseconds(value)
  }

  decimal(name: string): string | null {
    const value = this.find(name)
    if (value === null) return null
    const text = plainDecimal(value)
    if (text === null) throw invalidParam(name, 'must be a number')
    return text
  }

  price(name: string): Price | null {
    const text = this.decimal(name)
    if (text === null) return null
    const price = parsePrice(text)
    if (typeof price !== 'bigint') throw invalidParam(name, 'has too many digits')
    return price
  }

  /** An object, or its JSON text. */
  record(name: string): Readonly<Record<string, unknown>> | null {
    const value = this.find(name)
    if (value === null) return null
    const read = typeof value === 'string' ? parsed(value) : value
    if (typeof read !== 'object' || read === null || Array.isArray(read))
      throw invalidParam(name, 'must be an object')
    return read as Readonly<Record<string, unknown>>
  }

  /** The same, as parameters of its own. */
  within(name: string): Params | null {
    const value = this.record(name)
    return value === null ? null : new Params(value)
  }

  /** A list, its JSON text, or one value alone. */
  list(name: string): readonly unknown[] | null {
    const value = this.find(name)
    if (value === null) return null
    if (Array.isArray(value)) return value
    if (typeof value !== 'string' || !value.startsWith('[')) return [value]
    return this.peekList(name) ?? fail(name, 'must be an array')
  }

  /** The same where it can be read; null where it is left out, or is no list. */
  peekList(name: string): readonly unknown[] | null {
    const value = this.find(name)
    const read = typeof value === 'string' ? parsed(value) : value
    return Array.isArray(read) ? read : null
  }

  /** A list of objects, each as parameters of its own. */
  records(name: string): readonly Params[] {
    return (this.list(name) ?? this.missing(name)).map((each) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? new Params(each as Readonly<Record<string, unknown>>)
        : fail(name, 'must be an array of objects'),
    )
  }

  texts(name: string): readonly string[] {
    const list = this.list(name) ?? this.missing(name)
    if (!list.every((each): each is string => typeof each === 'string'))
      throw invalidParam(name, 'must be an array of strings')
    return list
  }

  /** The same text for the same parameters, whether they came as JSON or as text. */
  fingerprint(without: readonly string[]): string {
    const names = Object.keys(this.values).filter((name) => this.has(name) && !without.includes(name))
    return JSON.stringify(names.sort().map((name) => [name, plainText(this.find(name))]))
  }

  missing(name: string): never {
    throw this.isAbsent ? paramsMissing(name) : missingParam(name)
  }

  private find(name: string): unknown {
    const value = Object.hasOwn(this.values, name) ? this.values[name] : null
    return value === undefined || value === '' ? null : value
  }
}

function fail(name: string, reason: string): never {
  throw invalidParam(name, reason)
}

const plainText = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
