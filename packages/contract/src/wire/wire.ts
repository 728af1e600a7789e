/**
 * A wire type: how one kind of value looks in JSON, and how it becomes what the engine works with and back. The zod
 * schema documents and checks the wire side; `decode` checks by the same rules without building anything, because it
 * stands on the path of every request, and a property test holds the two together.
 */
import { refuse } from '@stemma/core/refusals'
import type { z } from 'zod'

/** What the engine works with; contract does not know the engine, so it only knows that it is plain. */
export type Core = unknown
export type CoreRecord = Readonly<Record<string, Core>>

export interface Wire<W> {
  /** The wire side: what OpenAPI shows. */
  readonly schema: z.ZodType
  /** Checks `value`, found at the JSON pointer `at` inside `parent`, and converts it; refuses what does not fit. */
  decode(value: unknown, at: string, parent: CoreRecord): Core
  /** Converts back; `parent` is the engine's record around the value, where an amount finds its currency. */
  encode(value: Core, parent: CoreRecord): unknown
  /** What a path or query parameter's text stands for in JSON; the text itself where this is left out. */
  readonly fromText?: (text: string) => unknown
  /** Set where the field may be left out: what the engine gets instead. */
  readonly absent?: { readonly value: Core }
  /** For the type only; never there. */
  readonly type?: W
}

export interface Optional<W> extends Wire<W> {
  readonly absent: { readonly value: Core }
}

export type WireOf<T> = T extends Wire<infer W> ? W : never

/** The JSON that a text in a query is; the text itself where it is none, which is then refused for what it is. */
export function fromJson(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return written
  }
}

export function malformed(at: string, expected: string, value: unknown): never {
  return refuse('malformed', `expected ${expected}, was ${nameOf(value)}`, { field: at })
}

/** Says what came without repeating it at length: bodies may hold secrets. */
function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return value === '' ? 'empty text' : 'other text'
    case 'number':
      return 'a number'
    case 'boolean':
      return String(value)
    default:
      return 'an object'
  }
}
