/**
 * Tables of the methods of the client library: each is called once, as anybody would, and what it reads of the answer is
 * in its row. Not exported.
 */
import { expect, test } from 'vitest'

export const PERPETUAL = 'BTC/USD:BTC'

export type Row = readonly [call: () => Promise<unknown>, expected: unknown]
/** Rows in the order in which they are called: some go on where one before left off. */
export type Table = Readonly<Record<string, Row>>

/** What a class of the library implements itself and asks a server for. */
export const asyncOf = (library: { readonly prototype: object }, names: RegExp): readonly string[] =>
  Object.getOwnPropertyNames(library.prototype).filter(
    (name) =>
      names.test(name) &&
      Object.getOwnPropertyDescriptor(library.prototype, name)?.value.constructor.name === 'AsyncFunction',
  )

export function tryTable(table: Table): void {
  test.each(Object.entries(table))('%s', async (_name, [call, expected]) => {
    expect(await call()).toEqual(expected)
  })
}

export const some = (fields: object) => expect.objectContaining(fields)
export const listOf = (...items: unknown[]) => expect.arrayContaining(items)
export const timestamp = expect.any(Number)

/** Methods that read hours that are past: they have a table of their own. */
export const METHODS_OF_PAST = [
  'fetchFundingRate',
  'fetchFundingRateHistory',
  'fetchVolatilityHistory',
] as const
