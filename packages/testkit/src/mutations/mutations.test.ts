// The proof of the proof: each fault that is put in on purpose is noticed, and nothing is where there is none.
import { expect, test } from 'vitest'
import { simulate } from '../simulator/simulate.js'
import { SOUND_PARTS } from '../simulator/simulated-process.js'
import { MUTATIONS, NO_FAULTS } from './mutations.js'

const SEEDS = Array.from({ length: 12 }, (_, at) => at + 1)
const run = (seed: number, parts = SOUND_PARTS) => simulate({ seed, steps: 250, parts })

test.each(Object.entries(MUTATIONS))('%s is noticed', async (_name, parts) => {
  const noticed: string[] = []
  for (const seed of SEEDS) {
    if (noticed.length > 0) break
    noticed.push(...(await run(seed, parts())).findings.map(({ law }) => law))
  }
  expect(noticed).not.toEqual([])
})

test('without a fault nothing is noticed on the same seeds', async () => {
  for (const seed of SEEDS.slice(0, 3)) expect((await run(seed)).findings, `seed ${seed}`).toEqual([])
})

test.each(Object.entries(NO_FAULTS))('wrapping %s without a fault is not noticed', async (_name, parts) => {
  for (const seed of SEEDS.slice(0, 3))
    expect((await run(seed, parts())).findings, `seed ${seed}`).toEqual([])
})
