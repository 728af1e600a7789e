/** Held for ever: a book that was written by the first version is read by every later one. */
import { expect, test } from 'vitest'
import { FIRST_COLUMNS } from './first-columns.fixture.js'
import { BOOK_SCHEMA } from './schema.js'

const known = BOOK_SCHEMA.tables.filter(({ name }) => FIRST_COLUMNS[name] !== undefined)

test('no table of the first version went: its rows would not be read any more', () => {
  expect(known.map(({ name }) => name).sort()).toEqual(Object.keys(FIRST_COLUMNS).sort())
})

test('every column that came later says what rows have that were written without it', () => {
  const undeclared = known.flatMap(({ name, columns }) =>
    columns
      .filter((column) => column.absent === undefined && !FIRST_COLUMNS[name]?.includes(column.name))
      .map((column) => `${name}.${column.name}: declare it as withDefault(…, …)`),
  )
  expect(undeclared).toEqual([])
})
