/** A side of a book against one that keeps an array of orders and sorts it whenever it is asked. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BookSide, type Chain } from './book-side.js'

interface Resting {
  readonly row: number
  readonly ticks: number
  quantity: bigint
  hidden: bigint
}

/** Enough levels for a good many shelves. */
const TICKS = 2_000
const step = fc.record({
  ticks: fc.integer({ min: 1, max: TICKS }),
  quantity: fc.bigInt({ min: 1n, max: 1_000n }),
  hidden: fc.bigInt({ min: 0n, max: 500n }),
  chance: fc.nat(99),
  place: fc.nat(),
})

function naiveLevels(orders: readonly Resting[], isBid: boolean): [number, bigint, bigint, number][] {
  const levels = new Map<number, [number, bigint, bigint, number]>()
  for (const { ticks, quantity, hidden } of orders) {
    const known = levels.get(ticks) ?? [ticks, 0n, 0n, 0]
    levels.set(ticks, [ticks, known[1] + quantity, known[2] + hidden, known[3] + 1])
  }
  return [...levels.values()].sort(([left], [right]) => (isBid ? right - left : left - right))
}

test.each([
  ['bids', true],
  ['offers', false],
])('%s come and go as in an array, and stand up to a price as they add up', (_what, isBid) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 200, maxLength: 1_500, size: 'max' }), (steps) => {
      const side = new BookSide(isBid)
      const chain: Chain = {
        next: new Int32Array(steps.length),
        previous: new Int32Array(steps.length),
        priority: new Float64Array(steps.length),
      }
      const orders: Resting[] = []
      steps.forEach(({ ticks, quantity, hidden, chance, place }, row) => {
        const chosen = orders[place % Math.max(1, orders.length)]
        if (chosen === undefined || chance < 65) {
          chain.priority[row] = row
          orders.push({ row, ticks, quantity, hidden })
          side.enter(chain, row, ticks, quantity, hidden)
        } else if (chance < 90) {
          orders.splice(orders.indexOf(chosen), 1)
          side.leave(chain, chosen.row, chosen.ticks, chosen.quantity, chosen.hidden)
        } else {
          chosen.quantity += quantity
          chosen.hidden += hidden
          side.restate(chosen.ticks, quantity, hidden)
        }
      })
      const levels = naiveLevels(orders, isBid)
      expect(side.depth).toBe(levels.length)
      const shown = levels.map((_level, rank) => side.level(rank))
      expect(shown.map((level) => [level?.ticks, level?.quantity, level?.hidden, level?.orders])).toEqual(
        levels,
      )
      expect(side.level(levels.length)).toBeUndefined()
      const standing = side.standing()
      for (let ticks = 0; ticks <= TICKS + 1; ticks += 37) {
        const within = orders.filter((each) => (isBid ? each.ticks >= ticks : each.ticks <= ticks))
        expect(standing(ticks)).toBe(
          within.reduce((sum, { quantity, hidden }) => sum + quantity + hidden, 0n),
        )
      }
    }),
    { numRuns: 30 },
  )
})
