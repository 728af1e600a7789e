/** The store alone: how fast batches become durable, one append after another, and how fast the tables follow. */
import type { Benchmark } from './benchmark.js'
import { Booking } from './booking.js'
import { openStore, withDirectory } from './data-directory.js'
import { report } from './report.js'
import { Samples } from './statistics.js'
import { makeWorld } from './world.js'

const DEPTH = 6

interface Work {
  readonly size: number
  readonly transfers: number
  readonly accounts: number
}

async function measure(directory: string, { size, transfers, accounts }: Work): Promise<void> {
  const store = await openStore(directory)
  const world = await makeWorld({ accounts, depth: DEPTH, keep: (batch) => store.append(batch) })
  await store.settled()
  const booking = new Booking(world)
  const batches = Array.from({ length: Math.ceil(transfers / size) }, () => booking.batch(size))
  const latencies = new Samples()
  const start = performance.now()
  for (const batch of batches) {
    const askedAt = performance.now()
    await store.append(batch)
    latencies.add(performance.now() - askedAt)
  }
  const appendSeconds = (performance.now() - start) / 1_000
  await store.settled()
  const wholeSeconds = (performance.now() - start) / 1_000
  await store.close()
  const done = batches.length * size
  const load = { store: 'sqlite', batch: size, transfers: done, accounts, in_flight: 1 }
  const figure = (name: string, value: number, unit: string, statistic: string): void =>
    report({ bench: `store.append.${size}.${name}`, value, unit, statistic, load })
  figure('rate', done / appendSeconds, 'transfers/s', 'mean, encoded and durable')
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const)
    figure(`latency_${name}`, latencies.percentile(share), 'ms', name)
  figure('tables', done / wholeSeconds, 'transfers/s', 'mean until the tables reached the journal')
}

export const store: Benchmark = {
  name: 'store',
  async run({ quick }) {
    const work = quick ? { transfers: 8_000, accounts: 1_000 } : { transfers: 128_000, accounts: 10_000 }
    for (const size of [64, 500]) await withDirectory((directory) => measure(directory, { size, ...work }))
  },
}
