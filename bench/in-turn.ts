/**
 * Sides that do the same on the same machine, in turn, so that noise meets them alike. `sustained` counts the time until
 * what a side left to do is done as well.
 */
import { closedLoop, type LoopOptions } from './closed-loop.js'
import { median } from './statistics.js'

export const SLICES = 5

export interface Side {
  readonly loop: Omit<LoopOptions, 'milliseconds'>
  /** What is left to do when all is answered. */
  readonly drain?: () => Promise<unknown>
  /** Processes that it needs, beside this one. */
  readonly processes?: readonly number[]
}

interface Measured {
  readonly rates: number[]
  readonly sustained: number[]
  /** Microseconds of the processor for each that was done. */
  readonly processor: number[]
}

export type Medians = (side: Side, what: keyof Measured) => number

export interface Turns {
  readonly sides: readonly Side[]
  /** Of one slice. */
  readonly milliseconds: number
  /** Microseconds of the processor that a side has taken so far. */
  readonly takenBy: (side: Side) => number
}

export async function measureInTurn({ sides, milliseconds, takenBy }: Turns): Promise<Medians> {
  const measured = new Map<Side, Measured>()
  for (const side of sides) measured.set(side, { rates: [], sustained: [], processor: [] })
  // The first rounds warm up: a compiler that watches what runs often needs some seconds.
  const warm = Math.ceil(WARM_MILLISECONDS / milliseconds)
  for (let round = 0; round < warm + SLICES; round += 1)
    for (const [side, { rates, sustained, processor }] of measured) {
      const [start, taken] = [performance.now(), takenBy(side)]
      const { done, seconds } = await closedLoop({ ...side.loop, milliseconds })
      await side.drain?.()
      if (round < warm) continue
      rates.push(done / seconds)
      sustained.push((done * 1_000) / (performance.now() - start))
      processor.push((takenBy(side) - taken) / done)
    }
  return (side, what) => median(measured.get(side)?.[what] ?? [])
}

const WARM_MILLISECONDS = 3_000
