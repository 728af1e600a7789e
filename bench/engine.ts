/** The engine alone: what a transfer costs the one thread that decides, with its batch sealed and encoded. */
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

export const engine: Benchmark = {
  name: 'engine',
  async run({ quick }) {
    const transfers = quick ? 10_000 : 64_000
    const world = await makeWorld({ accounts: ACCOUNTS, depth: DEPTH })
    const booking = new Booking(world)
    for (const size of [1, 64, 500]) {
      const taken = { decide: [] as number[], encode: [] as number[] }
      let bytes = 0
      for (let round = 0; round <= ROUNDS; round += 1) {
        let decide = 0
        let encode = 0
        bytes = 0
        const batches = Math.ceil(transfers / size)
        decide = processorNanoseconds(() => {
          for (let each = 0; each < batches; each += 1) {
            const batch = booking.batch(size)
            const start = process.hrtime.bigint()
            bytes += sizeOf(encodeBatch(batch))
            encode += Number(process.hrtime.bigint() - start)
          }
        })
        // The first round warms up.
        if (round === 0) continue
        taken.decide.push(decide / (batches * size))
        taken.encode.push(encode / (batches * size))
      }
      const load = {
        accounts: ACCOUNTS,
        depth: DEPTH,
        batch: size,
        actor: 'API key of a firm administrator, five locks',
        idempotency_key: 'fresh each',
        transfers_a_round: transfers,
        encode_ns: median(taken.encode),
        bytes_a_transfer: bytes / (Math.ceil(transfers / size) * size),
      }
      const statistic = `median of ${ROUNDS} rounds, time of the processor`
      report({
        bench: `engine.transfer.${size}`,
        value: median(taken.decide),
        unit: 'ns/transfer',
        statistic,
        load,
      })
    }
  },
}
