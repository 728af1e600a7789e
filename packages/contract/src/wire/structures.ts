/** Wire types made of others: objects, lists, and fields that may be null or left out. */
import { z } from 'zod'
import {
  type Core,
  type CoreRecord,
  fromJson,
  malformed,
  type Optional,
  type Wire,
  type WireOf,
} from './wire.js'

export type Shape = Readonly<Record<string, Wire<unknown>>>

type OptionalKeys<S extends Shape> = { [K in keyof S]: S[K] extends Optional<unknown> ? K : never }[keyof S]

export type ObjectOf<S extends Shape> = {
  readonly [K in Exclude<keyof S, OptionalKeys<S>>]: WireOf<S[K]>
} & { readonly [K in OptionalKeys<S>]?: WireOf<S[K]> }

export interface ObjectWire<S extends Shape> extends Wire<ObjectOf<S>> {
  readonly shape: S
  decode(value: unknown, at: string, parent?: CoreRecord): CoreRecord
  encode(value: Core, parent?: CoreRecord): Readonly<Record<string, unknown>>
}

/** `display_name` outside, `displayName` inside: the one place where names change. */
export const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase())

/** An object that knows all its fields: an unknown one is refused, so that a misspelt field is never ignored. */
export function object<const S extends Shape>(shape: S): ObjectWire<S> {
  const fields = Object.entries(shape).map(([name, wire]) => ({
    name,
    inner: camelCase(name),
    wire,
    at: `/${name}`,
  }))
  const schema = z.strictObject(
    Object.fromEntries(
      fields.map(({ name, wire }) => [name, wire.absent ? wire.schema.optional() : wire.schema]),
    ),
  )
  return {
    shape,
    schema,
    decode(value, at) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return malformed(at, 'an object', value)
      const given = value as Record<string, unknown>
      const core: Record<string, Core> = {}
      let seen = 0
      for (let index = 0; index < fields.length; index += 1) {
        const { name, inner, wire, at: place } = fields[index] as (typeof fields)[number]
        const part = Object.hasOwn(given, name) ? given[name] : undefined
        if (part === undefined) {
          if (wire.absent === undefined) return malformed(at + place, 'a value', undefined)
          if (wire.absent.value !== undefined) core[inner] = wire.absent.value
          continue
        }
        seen += 1
        core[inner] = wire.decode(part, at + place, core)
      }
      if (seen !== Object.keys(given).length) refuseUnknown(given, shape, at)
      return core
    },
    encode(value) {
      const record = value as CoreRecord
      const wire: Record<string, unknown> = {}
      for (let index = 0; index < fields.length; index += 1) {
        const field = fields[index] as (typeof fields)[number]
        const part = record[field.inner]
        if (part !== undefined) wire[field.name] = field.wire.encode(part, record)
        else if (field.wire.absent === undefined) throw new Error(`expected ${field.inner} in a result`)
      }
      return wire
    },
  }
}

function refuseUnknown(given: Record<string, unknown>, shape: Shape, at: string): void {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(shape, key))
  if (unknown !== undefined)
    malformed(`${at}/${pointerPart(unknown.slice(0, 64))}`, 'a field of the operation', given[unknown])
}

const pointerPart = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** In a query items stand with commas between; objects are written as JSON, all together. */
export function list<W>(item: Wire<W>, { max, min = 0 }: { max: number; min?: number }): Wire<readonly W[]> {
  return {
    schema: z.array(item.schema).min(min).max(max),
    decode(value, at) {
      if (!Array.isArray(value) || value.length > max || value.length < min)
        return malformed(at, `a list of ${min} to ${max} items`, value)
      return value.map((part, index) => item.decode(part, `${at}/${index}`, {}))
    },
    encode: (value, parent) => (value as readonly Core[]).map((part) => item.encode(part, parent)),
    fromText: (written) => (written === '' ? [] : 'shape' in item ? fromJson(written) : written.split(',')),
  }
}

/** A field that is always there and may be null. */
export function nullable<W>(wire: Wire<W>): Wire<W | null> {
  return {
    ...wire,
    schema: wire.schema.nullable(),
    decode: (value, at, parent) => (value === null ? null : wire.decode(value, at, parent)),
    encode: (value, parent) => (value === null ? null : wire.encode(value, parent)),
  } as Wire<W | null>
}

/** A field that may be left out or null: the engine gets `value`, null unless said otherwise. */
export function optional<W>(wire: Wire<W>, value: Core = null): Optional<W | null> {
  return {
    ...nullable(wire),
    decode: (given, at, parent) => (given === null ? value : wire.decode(given, at, parent)),
    absent: { value },
  }
}

/** A field that may be left out, and then does not reach the engine at all: what a change does not name stays. */
export function present<W>(wire: Wire<W>): Optional<W> {
  return { ...wire, absent: { value: undefined } } as Optional<W>
}
