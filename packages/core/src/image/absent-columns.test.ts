import { expect, test } from 'vitest'
import { quantity } from '../money/index.js'
import {
  choice,
  count,
  exact,
  exactOrNull,
  type Fields,
  flag,
  type Id,
  Image,
  money,
  type Plain,
  ref,
  refOrNull,
  text,
  textOrNull,
  timeOrNull,
  value,
  withDefault,
} from './index.js'

const older = { name: text() }

const newer = {
  owner: refOrNull(),
  closedAt: timeOrNull(),
  note: textOrNull(),
  limit: exactOrNull<bigint>(),
  isFrozen: flag(),
  version: count(),
  kind: withDefault(choice(['usual', 'other']), 'usual'),
  currency: withDefault(text(), 'USD'),
  terms: withDefault(value<Plain>(), { days: 2 }),
  held: withDefault(exact<bigint>(), quantity(7n)),
  name: text(),
}

const tableOf = <F extends Fields>(fields: F) => {
  const image = new Image()
  return { image, things: image.table('things', 'thg', fields) }
}

/** As an older version sealed them: two rows, one of which went. */
function sealedByOlder() {
  const { image, things } = tableOf(older)
  const [first, second] = [1, 2].map((id) => things.insert(id as Id, { name: `thing ${id}` }))
  image.finishWork()
  const before = image.seal()
  things.name.set(first as number, 'changed')
  things.remove(second as number)
  image.finishWork()
  return { head: image.head, batches: [before, image.seal()] }
}

const EXPECTED = [1, null, null, null, null, false, 0, 'usual', 'USD', { days: 2 }, 7n, 'changed']

test('a row that was journaled before a column was there has what its field says, applied or filled', () => {
  const { head, batches } = sealedByOlder()
  const applied = tableOf(newer)
  for (const images of batches) applied.image.apply(images, head)
  const filled = tableOf(newer)
  filled.image.fill('things', ['name'], [[[1, 'changed']]], 1)
  for (const { things } of [applied, filled])
    expect(things.idsInOrder().map((id) => things.encode(things.row(id)))).toEqual([EXPECTED])
})

test('rows beneath one another whose owner column came later are owned by nobody', () => {
  const { image, things } = tableOf(newer)
  image.ownersFirst(things as never, things.owner)
  image.apply(
    [
      {
        table: 'things',
        columns: ['name'],
        rows: [
          [2, 'b'],
          [1, 'a'],
        ],
        removed: [],
      },
    ],
    image.head,
  )
  expect([1, 2].map((id) => things.owner.get(things.row(id as Id)))).toEqual([null, null])
})

test.each([
  ['text', text()],
  ['a choice', choice(['a', 'b'])],
  ['an amount', money()],
  ['an exact number', exact<bigint>()],
  ['a reference', ref()],
  ['a structure', value<Plain>()],
])('%s without a declared default is not guessed at', (_kind, field) => {
  const { image } = tableOf({ name: text(), later: field })
  const read = () =>
    image.apply([{ table: 'things', columns: ['name'], rows: [[1, 'a']], removed: [] }], image.head)
  expect(read).toThrow('expected the rows of things to have a later, or its field to declare a default')
  expect(() => image.fill('things', ['name'], [[[1, 'a']]], 1)).toThrow('to declare a default')
})

test('a column that this version does not have any more is passed over', () => {
  const { image, things } = tableOf(older)
  const rows = [[1, 'gone', 'kept']]
  image.apply([{ table: 'things', columns: ['former', 'name'], rows, removed: [] }], image.head)
  expect(things.encode(things.row(1 as Id))).toEqual([1, 'kept'])
})
