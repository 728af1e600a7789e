/** The engine alone: what a transfer costs the one thread that decides, with its batch sealed and encoded. */
import type { Batch } from '@stemma/core'
// The store does not export its codec: only here is it of use without the store.
import { encodeBatch, sizeOf } from '../packages/store/dist/record/codec.js'
import type { Benchmark } from './benchmark.js'
import { Booking } from './booking.js'
import { report } from './report.js'
import { median, processorNanoseconds } from './statistics.js'
import { makeWorld } from './world.js'

const ACCOUNTS = 10_000
const DEPTH = 6
const ROUNDS = 9
/** Batches are encoded soon after they were sealed, as a host does it, but timed together: a clock has a price too. */
const TIMED_TOGETHER = 4_000

export const engine: Benchmark = {
  name: 'engine',
  async run({ quick }) {
    const transfers = quick ? 8_000 : 64_000
    const booking = new Booking(await makeWorld({ accounts: ACCOUNTS, depth: DEPTH }))
    for (const size of [1, 64, 500]) {
      const rounds: { decide: number; encode: number; bytes: number }[] = []
      // The first round warms up.
      for (let number = 0; number <= ROUNDS; number += 1) {
        const round = measure(booking, size, transfers)
        if (number > 0) rounds.push(round)
      }
      const decide = median(rounds.map((round) => round.decide))
      const encode = median(rounds.map((round) => round.encode))
      report({
        bench: `engine.transfer.${size}`,
        value: decide + encode,
        unit: 'ns/transfer',
        statistic: `median of ${ROUNDS} rounds, time of the processor`,
        load: {
          accounts: ACCOUNTS,
          depth: DEPTH,
          batch: size,
          actor: 'API key of a firm administrator, five locks',
          idempotency_key: 'fresh each',
          transfers_a_round: transfers,
          decide_and_seal_ns: decide,
          encode_ns: encode,
          bytes_a_transfer: median(rounds.map((round) => round.bytes)),
        },
      })
    }
  },
}

/** Nanoseconds and bytes a transfer, over one round. */
function measure(
  booking: Booking,
  size: number,
  transfers: number,
): { readonly decide: number; readonly encode: number; readonly bytes: number } {
  const together = Math.ceil(TIMED_TOGETHER / size)
  let decide = 0
  let encode = 0
  let bytes = 0
  let done = 0
  while (done < transfers) {
    const batches: Batch[] = []
    decide += processorNanoseconds(() => {
      for (let each = 0; each < together; each += 1) batches.push(booking.batch(size))
    })
    encode += processorNanoseconds(() => {
      for (const batch of batches) bytes += sizeOf(encodeBatch(batch))
    })
    done += together * size
  }
  return { decide: decide / done, encode: encode / done, bytes: bytes / done }
}
