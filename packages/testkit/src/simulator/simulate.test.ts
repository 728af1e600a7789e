import { describe, expect, test } from 'vitest'
import { type Run, simulate } from './simulate.js'

/** How long fresh seeds are tried here; `.ci/run` tries them for minutes, and the night for an hour. */
const FRESH_MILLISECONDS = 10_000

const sum = (runs: readonly Run[], figure: (run: Run) => number): number =>
  runs.reduce((all, run) => all + figure(run), 0)

describe('the simulator', () => {
  test('every law holds through traffic, crashes, take-overs and everything that a disk, a network and a clock do', async () => {
    const runs: Run[] = []
    for (const seed of [1, 2, 3, 5, 8, 13]) runs.push(await simulate({ seed, steps: 500 }))
    for (const { seed, findings } of runs) expect(findings, `seed ${seed}`).toEqual([])
    // Everything that a run is to prove something about happened in them.
    expect(sum(runs, ({ done }) => done)).toBeGreaterThan(300)
    expect(sum(runs, ({ refused }) => refused)).toBeGreaterThan(300)
    expect(sum(runs, ({ repeated }) => repeated)).toBeGreaterThan(10)
    expect(sum(runs, ({ fills }) => fills)).toBeGreaterThan(5)
    expect(sum(runs, ({ addresses }) => addresses)).toBeGreaterThan(5)
    expect(sum(runs, ({ sent }) => sent)).toBeGreaterThan(5)
    expect(sum(runs, ({ crashes }) => crashes)).toBeGreaterThan(5)
    expect(sum(runs, ({ takeOvers }) => takeOvers)).toBeGreaterThan(5)
    expect(sum(runs, ({ ends }) => ends)).toBeGreaterThan(5)
    expect(sum(runs, ({ effects }) => effects)).toBeGreaterThan(50)
  })

  test('a seed gives the same run again, hash for hash; another seed another', async () => {
    const [first, again, other] = [
      await simulate({ seed: 17, steps: 300 }),
      await simulate({ seed: 17, steps: 300 }),
      await simulate({ seed: 18, steps: 300 }),
    ]
    expect(again).toEqual(first)
    expect(other.hash).not.toBe(first.hash)
  })

  test('fresh seeds of this run', { timeout: 60 * FRESH_MILLISECONDS }, async () => {
    const end = performance.now() + FRESH_MILLISECONDS
    do {
      const [seed] = crypto.getRandomValues(new Uint32Array(1)) as Uint32Array & [number]
      process.stdout.write(`npm run simulate -- --seed ${seed} --steps 500 --audit-every 1\n`)
      const { findings } = await simulate({ seed, steps: 500, auditEvery: 1 })
      expect(findings, `seed ${seed}`).toEqual([])
    } while (performance.now() < end)
  })
})
