/**
 * The simulator: a seeded stretch of traffic through the real host, engine and journal, over a network, a disk and
 * clocks that fail in every way there is. The auditor looks after every step or every few, a model on one thread repeats
 * what became durable and compares every reply, and one seed gives one run, hash for hash.
 */
import { SeededRandom } from './random.js'
import { type Parts, SOUND_PARTS } from './simulated-process.js'
import { type Noted, World, type WorldCounts } from './world.js'

export interface RunOptions {
  readonly seed: number
  readonly steps: number
  /** After so many steps the auditor looks at the whole state; at each batch and reply it looks in any case. */
  readonly auditEvery?: number
  /** What processes are made of, where not of the real thing. */
  readonly parts?: Parts
}

export interface Run extends WorldCounts {
  readonly seed: number
  readonly steps: number
  readonly hash: string
  /** Empty: every law held. The step is where it was noticed. */
  readonly findings: readonly Noted[]
}

export async function simulate({
  seed,
  steps,
  auditEvery = 10,
  parts = SOUND_PARTS,
}: RunOptions): Promise<Run> {
  const world = new World(new SeededRandom(seed), parts)
  await world.open()
  for (let step = 1; step <= steps && world.findings.length === 0; step += 1) {
    await world.step(step)
    if (step % auditEvery === 0) await world.audit()
  }
  if (world.findings.length === 0) await world.end()
  return { seed, steps, ...world.counts(), hash: world.hash(), findings: world.findings }
}
