/**
 * Plain data as JSON text for SQL columns, and back. JSON has no bigint: one is written as {"$": "123"}, so that an
 * analyst can read it and nothing is rounded. A structure that itself looks like that is written with one more `$`.
 */
import type { Plain } from '@stemma/core/image'

/** Written piece by piece: every event passes here, and a marked copy for JSON.stringify costs twice as much. */
export function toText(plain: Plain): string {
  switch (typeof plain) {
    case 'bigint':
      return `{"$":"${plain}"}`
    case 'object':
      if (plain === null) return 'null'
      return Array.isArray(plain) ? listText(plain) : structureText(plain as Structure)
    case 'string':
      return textText(plain)
    default:
      return JSON.stringify(plain)
  }
}

export const fromText = (text: string): Plain =>
  (text.includes('{"$') ? JSON.parse(text, unmarked) : JSON.parse(text)) as Plain

type Structure = { readonly [key: string]: Plain }

const DOLLARS = /^\$+$/
/** Nothing that JSON escapes, and nothing beyond ASCII. */
const SIMPLE = /^[ !#-[\]-~]*$/

const textText = (text: string): string => (SIMPLE.test(text) ? `"${text}"` : JSON.stringify(text))

function listText(list: readonly Plain[]): string {
  let text = '['
  for (let index = 0; index < list.length; index += 1)
    text += index === 0 ? toText(list[index] as Plain) : `,${toText(list[index] as Plain)}`
  return `${text}]`
}

function structureText(structure: Structure): string {
  const names = Object.keys(structure)
  const [only] = names
  if (only !== undefined && names.length === 1 && DOLLARS.test(only))
    return `{"$${only}":${toText(structure[only] as Plain)}}`
  let text = '{'
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string
    text += `${index === 0 ? '' : ','}${textText(name)}:${toText(structure[name] as Plain)}`
  }
  return `${text}}`
}

/** The name of the only field, when that is nothing but dollar signs. */
function dollarsOf(value: object): string | null {
  const [name, second] = Object.keys(value)
  return name !== undefined && second === undefined && DOLLARS.test(name) ? name : null
}

function unmarked(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const dollars = dollarsOf(value)
  if (dollars === null) return value
  const inner = (value as Record<string, unknown>)[dollars]
  return dollars === '$' ? BigInt(inner as string) : { [dollars.slice(1)]: inner }
}
