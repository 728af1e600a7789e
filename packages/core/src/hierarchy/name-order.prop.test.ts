import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Id, Image, text } from '../image/index.js'
import { NameOrder } from './name-order.js'

type NamedId = Id<'party'>
const step = fc.oneof(
  fc.record({ kind: fc.constant('load' as const), names: fc.array(fc.string(), { maxLength: 2_000 }) }),
  fc.record({ kind: fc.constant('insert' as const), name: fc.string() }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('settle' as const), most: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ kind: fc.constant('read' as const), after: fc.option(fc.string()) }),
)

test('names stand in order after any loads, insertions, removals, settling and reading between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const image = new Image()
      const table = image.table('parties', 'pty', { name: text() })
      const order = new NameOrder(table, table.name)
      const kept = new Map<string, NamedId>()
      let counter = 0
      const fresh = (names: readonly string[]) => [...new Set(names)].filter((name) => !kept.has(name))
      const behind = (after: string | null) =>
        [...kept.keys()].sort().filter((name) => after === null || name > after)
      const read = (after: string | null) => [...order.after(after)].map((row) => table.name.get(row))
      for (const each of steps) {
        if (each.kind === 'load' && table.size === kept.size && counter === kept.size) {
          const rows = fresh(each.names).map((name) => {
            counter += 1
            kept.set(name, counter as NamedId)
            return [counter, name]
          })
          table.fill(rows, [1])
        } else if (each.kind === 'insert' && !kept.has(each.name)) {
          counter += 1
          kept.set(each.name, counter as NamedId)
          table.place(counter as never, [each.name])
        } else if (each.kind === 'remove' && kept.size > 0) {
          const name = [...kept.keys()][each.at % kept.size] as string
          table.displace(table.row(kept.get(name) as never))
          kept.delete(name)
        } else if (each.kind === 'settle') order.settle(each.most)
        else if (each.kind === 'read') expect(read(each.after)).toEqual(behind(each.after))
      }
      expect(read(null)).toEqual(behind(null))
    }),
    { numRuns: 200 },
  )
})
