/** The index from ids to rows does what a Map does, at whatever strides ids come. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdIndex } from './id-index.js'

test('it finds what a Map finds, after any additions and removals', () => {
  const id = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 50 }).map((n) => n * 4096),
    fc.integer({ min: 2 ** 43, max: 2 ** 43 + 30 }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(id, fc.boolean()), { maxLength: 200 }), (steps) => {
      const index = new IdIndex()
      const map = new Map<number, number>()
      steps.forEach(([key, isAddition], row) => {
        if (isAddition && !map.has(key)) {
          index.add(key, row)
          map.set(key, row)
        } else if (!isAddition) {
          index.remove(key)
          map.delete(key)
        }
        for (const [known] of steps) expect(index.find(known)).toBe(map.get(known) ?? -1)
        expect(index.size).toBe(map.size)
      })
      expect([...index.ids()].sort()).toEqual([...map.keys()].sort())
      expect([...index.rows()].sort()).toEqual([...map.values()].sort())
    }),
    { numRuns: 50 },
  )
})

test('zero is no id: it is never found', () => {
  const index = new IdIndex()
  expect(index.find(0)).toBe(-1)
  index.add(8, 3)
  expect(index.find(0)).toBe(-1)
})
