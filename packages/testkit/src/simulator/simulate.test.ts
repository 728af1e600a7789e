import { describe, expect, test } from 'vitest'
import { simulate } from './simulate.js'

describe('the simulator', () => {
  test.each([1, 2, 3, 5, 8, 13])(
    'seed %i: every law holds through traffic, crashes and clock jumps',
    async (seed) => {
      const run = await simulate({ seed, steps: 1_500 })
      expect(run.findings).toEqual([])
      expect(run.crashes).toBeGreaterThan(0)
      expect(run.done).toBeGreaterThan(300)
      expect(run.refused).toBeGreaterThan(100)
      expect(run.fills).toBeGreaterThan(5)
    },
  )

  test('a seed gives the same run again, hash for hash; another seed another', async () => {
    const [first, again, other] = await Promise.all(
      [17, 17, 18].map((seed) => simulate({ seed, steps: 600 })),
    )
    expect(again).toEqual(first)
    expect(other?.hash).not.toBe(first?.hash)
  })

  test('fresh seeds of this run', async () => {
    const seeds = crypto.getRandomValues(new Uint32Array(3))
    for (const seed of seeds) {
      const { findings } = await simulate({ seed, steps: 800 })
      expect(findings, `seed ${seed}`).toEqual([])
    }
  })
})
