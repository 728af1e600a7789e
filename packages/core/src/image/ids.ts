/**
 * Identifiers. An id is a book number (10 bits) and a counter (43 bits): 53 bits, exact in a number.
 * Inside a book of number 0 the id is the counter. The native wire shows the kind: `acc_1042`.
 */
const COUNTER_BITS = 43
const COUNTER_LIMIT = 2 ** COUNTER_BITS
export const BOOK_MAX = 2 ** 10 - 1

export type Id<Kind extends string = string> = number & { readonly __id: Kind }

/** The id of `counter` in `book`. Running out of 43 bits is a broken invariant: at a million ids a second it takes 278 years. */
export function makeId<Kind extends string>(book: number, counter: number): Id<Kind> {
  if (counter <= 0 || counter >= COUNTER_LIMIT)
    throw new Error(`expected an id counter below 2^43, was ${counter}`)
  return (book * COUNTER_LIMIT + counter) as Id<Kind>
}

export const bookOf = (id: Id): number => Math.floor(id / COUNTER_LIMIT)
export const counterOf = (id: Id): number => id % COUNTER_LIMIT

/** `acc_1042` for prefix `acc`. */
export function formatId(prefix: string, id: Id): string {
  return `${prefix}_${id}`
}

const NATIVE_ID = /^([a-z]{2,4})_([1-9][0-9]{0,15})$/

/** The id that `text` names under `prefix`, or undefined for anything else. */
export function parseId<Kind extends string>(prefix: string, text: string): Id<Kind> | undefined {
  const match = NATIVE_ID.exec(text)
  if (match === null || match[1] !== prefix) return undefined
  const id = Number(match[2])
  return Number.isSafeInteger(id) ? (id as Id<Kind>) : undefined
}
