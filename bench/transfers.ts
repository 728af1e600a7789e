/** What the benchmarks of transfers have in common: a fresh server on a copy of one book, the load, the figures. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Options } from './benchmark.js'
import type { Channel } from './channel.js'
import { closedLoop, type LoopOptions, type Tally } from './closed-loop.js'
import { makeDataDirectory, withDirectory } from './data-directory.js'
import { report } from './report.js'
import { ServerProcess } from './server.js'
import { type BenchWorld, Pairs, type WorldOptions } from './world.js'

export const DEPTH = 6
type Load = Readonly<Record<string, string | number | boolean>>
export type Book = Omit<BenchWorld, 'engine'>

export interface Bench {
  readonly server: ServerProcess
  readonly book: Book
}

/** `each` runs as often as it likes, every time with a server of its own on a book that nobody has used. */
export async function withBook(
  { quick }: Options,
  use: (fresh: (run: (bench: Bench) => Promise<void>) => Promise<void>) => Promise<void>,
  more: Partial<WorldOptions> = {},
): Promise<void> {
  await withDirectory(async (directory) => {
    const template = join(directory, 'template')
    const book = await makeDataDirectory(template, {
      accounts: quick ? 1_000 : 10_000,
      depth: DEPTH,
      ...more,
    })
    let copies = 0
    await use(async (run) => {
      copies += 1
      const data = join(directory, `copy-${copies}`)
      cpSync(template, data, { recursive: true })
      const server = await ServerProcess.start(data)
      try {
        await run({ server, book })
      } finally {
        await server.stop()
      }
    })
  })
}

/** The fields of `transfers.create`, for another pair each time. */
export function transferMaker({ accounts }: Book, isHot = false): () => string {
  const pairs = new Pairs(accounts, isHot)
  return () => {
    const { from, to } = pairs.next()
    return `{"from":"acc_${from}","to":"acc_${to}","currency":"USD","amount":"0.01"}`
  }
}

/** A fresh idempotency key each time, as long as a UUID. */
export function keyMaker(run: string): () => string {
  let number = 0
  return () => {
    number += 1
    return `${run}-${String(number).padStart(35 - run.length, '0')}`
  }
}

export interface Measured extends Omit<LoopOptions, 'milliseconds'> {
  readonly bench: string
  readonly load: Load
  readonly server: ServerProcess
  /** What is counted; transfers unless said. */
  readonly noun?: string
}

export const secondsOf = ({ quick }: Options): number => (quick ? 3 : 30)

/** Warms up, loads for the time, waits for the tables, and reports. */
export async function measureTransfers(
  { bench, load, server, noun = 'transfers', ...loop }: Measured,
  options: Options,
): Promise<Tally> {
  const seconds = secondsOf(options)
  await closedLoop({ ...loop, milliseconds: seconds * 100 })
  const before = await server.metrics()
  const start = performance.now()
  const tally = await closedLoop({ ...loop, milliseconds: seconds * 1_000 })
  const after = await server.metrics()
  const drainSeconds = await drain(server)
  const wholeSeconds = (performance.now() - start) / 1_000
  const processor = delta(before, after, 'stemma_process_cpu_seconds_total')
  const full = {
    ...load,
    in_flight: loop.channels.length * loop.inFlight,
    connections: loop.channels.length,
    seconds: tally.seconds,
    store: 'sqlite',
    authentication: 'api_key',
    idempotency_key: 'fresh each',
    client: 'same machine',
    client_processor_share: tally.clientShare,
  }
  const figure = (name: string, value: number, unit: string, statistic: string, more: Load = {}): void =>
    report({ bench: `${bench}.${name}`, value, unit, statistic, load: { ...full, ...more } })
  figure('rate', tally.done / tally.seconds, `${noun}/s`, 'mean over the run', {
    [noun]: tally.done,
    refused: tally.refused,
    [`${noun}_a_flush`]: tally.done / delta(before, after, 'stemma_batches_total'),
  })
  figure('sustained', tally.done / wholeSeconds, `${noun}/s`, 'mean over run and drain')
  for (const [name, share] of PERCENTILES)
    figure(`latency_${name}`, tally.latencies.percentile(share), 'ms', name, { per: 'message' })
  figure(
    'table_lag',
    (after.get('stemma_tables_lag_seconds') ?? Number.NaN) * 1_000,
    'ms',
    'at the end of the run',
  )
  figure('drain', drainSeconds, 's', 'from the last answer until the tables reached the journal')
  figure(
    'server_processor',
    (processor * 1e6) / tally.done,
    `us/${noun.slice(0, -1)}`,
    'mean, all threads of the server',
  )
  return tally
}

const PERCENTILES = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['p99.9', 0.999],
] as const

const delta = (
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  name: string,
): number => (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN)

/** The server tells how far its tables are when it is asked: seldom enough that asking does not slow them. */
const DRAIN_POLL_MILLISECONDS = 20

/** Seconds until the tables have reached the journal. */
export async function drain(server: ServerProcess): Promise<number> {
  const start = performance.now()
  while (((await server.metrics()).get('stemma_tables_lag_batches') ?? 0) > 0)
    await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MILLISECONDS))
  return (performance.now() - start) / 1_000
}

export const closeAll = (channels: readonly Channel[]): void => {
  for (const channel of channels) channel.close()
}
