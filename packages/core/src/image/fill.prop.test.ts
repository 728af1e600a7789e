import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  canonicalText,
  choice,
  count,
  flag,
  Image,
  money,
  type Plain,
  Relation,
  ref,
  textOrNull,
  timeOrNull,
  value,
} from './index.js'

function makeImage() {
  const image = new Image()
  const fields = {
    owner: ref(),
    kind: choice(['one', 'other']),
    isOpen: flag(),
    endsAt: timeOrNull(),
    note: textOrNull(),
    limits: value<Plain>(),
    amount: money(),
    version: count(),
  }
  const things = image.table('things', 'thg', fields)
  const byOwner = new Relation(things, things.owner)
  return { image, things, byOwner }
}

const amount = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
  fc.constantFrom<bigint | number>(
    0,
    -1,
    2 ** 32,
    -(2 ** 32),
    -(2 ** 32) - 1,
    2n ** 63n,
    -(2n ** 63n),
    2n ** 64n,
  ),
)
const row = fc.tuple(
  fc.integer({ min: 1, max: 9 }),
  fc.constantFrom('one', 'other'),
  fc.boolean(),
  fc.option(fc.integer({ min: 1, max: 2 ** 50 })),
  fc.option(fc.string()),
  fc.option(fc.record({ list: fc.array(fc.integer()) })),
  amount,
  fc.nat(),
)

test('a table that is filled holds what it would hold had the rows been applied, derived tables included', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }), (values, size) => {
      const [filled, applied] = [makeImage(), makeImage()]
      const columns = applied.things.columns.map(({ name }) => name)
      const rows = values.map((each, index) => [index + 1, ...each] as Plain[])
      const chunks = Array.from({ length: Math.ceil(rows.length / size) }, (_, place) =>
        rows.slice(place * size, (place + 1) * size),
      )
      filled.image.fill('things', columns, chunks, rows.length)
      applied.image.apply([{ table: 'things', columns, rows, removed: [] }], applied.image.head)
      const textOf = ({ things, byOwner }: ReturnType<typeof makeImage>): string =>
        canonicalText([
          things.idsInOrder().map((id) => things.encode(things.row(id))),
          [...byOwner.canonical()],
        ])
      expect(textOf(filled)).toBe(textOf(applied))
    }),
  )
})
