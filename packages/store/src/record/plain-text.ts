/**
 * Plain data as JSON text for SQL columns, and back. JSON has no bigint: one is written as {"$": "123"}, so that an
 * analyst can read it and nothing is rounded. A structure that itself looks like that is written with one more `$`.
 */
import type { Plain } from '@stemma/core/image'

export const toText = (plain: Plain): string => JSON.stringify(marked(plain))

export const fromText = (text: string): Plain =>
  (text.includes('{"$') ? JSON.parse(text, unmarked) : JSON.parse(text)) as Plain

const DOLLARS = /^\$+$/

/** The name of the only field, when that is nothing but dollar signs. */
function dollarsOf(value: object): string | null {
  const [name, second] = Object.keys(value)
  return name !== undefined && second === undefined && DOLLARS.test(name) ? name : null
}

function marked(plain: Plain): unknown {
  if (typeof plain === 'bigint') return { $: String(plain) }
  if (typeof plain !== 'object' || plain === null) return plain
  if (Array.isArray(plain)) return plain.map(marked)
  const copy: Record<string, unknown> = {}
  const dollars = dollarsOf(plain)
  for (const [name, value] of Object.entries(plain)) {
    copy[name === dollars ? `$${name}` : name] = marked(value as Plain)
  }
  return copy
}

function unmarked(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const dollars = dollarsOf(value)
  if (dollars === null) return value
  const inner = (value as Record<string, unknown>)[dollars]
  return dollars === '$' ? BigInt(inner as string) : { [dollars.slice(1)]: inner }
}
