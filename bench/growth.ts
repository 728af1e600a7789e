/**
 * How the cost of a transfer grows: with the accounts of the book, with the owners above an account, and with how much
 * has happened already. In the engine alone, sealed and encoded. How it grows with open orders, `orders` says.
 */
import { encodeBatch } from '../packages/store/dist/record/codec.js'
import type { Benchmark } from './benchmark.js'
import { Booking } from './booking.js'
import { report } from './report.js'
import { median, processorNanoseconds } from './statistics.js'
import { makeWorld } from './world.js'

const BATCH = 64
const ROUNDS = 7
const DEPTH = 6
const ACCOUNTS = 10_000

export const growth: Benchmark = {
  name: 'growth',
  async run({ quick }) {
    const transfers = quick ? 6_400 : 64_000
    for (const accounts of quick ? [1_000, 100_000] : [1_000, 10_000, 100_000, 1_000_000])
      await measure('accounts', accounts, { accounts, depth: DEPTH }, transfers)
    for (const depth of [2, 6, 16, 32])
      await measure('depth', depth, { accounts: ACCOUNTS, depth }, transfers)
    for (const history of quick ? [0, 100_000] : [0, 1_000_000, 4_000_000])
      await measure('history', history, { accounts: ACCOUNTS, depth: DEPTH, history }, transfers)
  },
}

interface World {
  readonly accounts: number
  readonly depth: number
  /** Transfers before the first that is measured. */
  readonly history?: number
}

async function measure(by: string, size: number, world: World, transfers: number): Promise<void> {
  const { history = 0, ...wanted } = world
  const booking = new Booking(await makeWorld(wanted))
  for (let before = 0; before < history; before += BATCH) booking.batch(BATCH)
  round(booking, transfers)
  const rounds = Array.from({ length: ROUNDS }, () => round(booking, transfers))
  report({
    bench: `growth.${by}.${size}`,
    value: median(rounds),
    unit: 'ns/transfer',
    statistic: `median of ${ROUNDS} rounds, time of the processor, decided, sealed and encoded`,
    load: { ...wanted, transfers_before: history, batch: BATCH, transfers_a_round: transfers },
  })
}

const round = (booking: Booking, transfers: number): number =>
  processorNanoseconds(() => {
    for (let done = 0; done < transfers; done += BATCH) encodeBatch(booking.batch(BATCH))
  }) / transfers
