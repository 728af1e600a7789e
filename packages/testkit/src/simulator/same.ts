import { isDeepStrictEqual } from 'node:util'

/** Whether two things say the same: text in which the order of names does not matter, and nothing is not told from null. */
export const textOf = (thing: unknown): string => JSON.stringify(thing, plainly) ?? 'null'

function plainly(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value ?? null
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined && part !== null)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
}

/** Like `{ done: 3 } was expected, was { refused: 4 }`, short enough to be read. */
export function difference(expected: unknown, was: unknown): string | null {
  if (isDeepStrictEqual(expected, was)) return null
  const [should, is] = [textOf(expected), textOf(was)]
  if (should === is) return null
  let at = 0
  while (should[at] === is[at]) at += 1
  const from = Math.max(0, at - 60)
  return `expected …${should.slice(from, at + 120)}, was …${is.slice(from, at + 120)}`
}
