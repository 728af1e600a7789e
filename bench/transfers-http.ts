/** Transfers over HTTP, one a request, spread over the book, and all of them leaving one account. */
import type { Benchmark, Options } from './benchmark.js'
import { closedLoop, countOne } from './closed-loop.js'
import { HttpChannel, requestMaker } from './http-channel.js'
import { report } from './report.js'
import { median } from './statistics.js'
import {
  type Bench,
  closeAll,
  DEPTH,
  keyMaker,
  measureTransfers,
  secondsOf,
  transferMaker,
  withBook,
} from './transfers.js'
import { API_KEY } from './world.js'

const HOT_IN_FLIGHT = 64
/** Slices of the load over one hot account, each beside one that is spread. */
const SLICES = 5

const open = (port: number, count: number): Promise<HttpChannel[]> =>
  Promise.all(Array.from({ length: count }, () => HttpChannel.open(port)))

function messages({ book }: Bench, run: string, isHot = false): () => string {
  const request = requestMaker('/stemma/v1/transfers', API_KEY)
  const transfer = transferMaker(book, isHot)
  const key = keyMaker(run)
  return () => request(transfer(), key())
}

async function measureHot(bench: Bench, options: Options): Promise<void> {
  const channels = await open(bench.server.port, HOT_IN_FLIGHT)
  const kinds = [
    { rates: [] as number[], message: messages(bench, 'cold') },
    { rates: [] as number[], message: messages(bench, 'hot', true) },
  ] as const
  const milliseconds = (secondsOf(options) * 1_000) / SLICES
  const loop = { channels, inFlight: 1, count: countOne }
  for (const { message } of kinds) await closedLoop({ ...loop, message, milliseconds: milliseconds / 2 })
  for (let slice = 0; slice < SLICES; slice += 1)
    for (const { message, rates } of kinds) {
      const tally = await closedLoop({ ...loop, message, milliseconds })
      rates.push(tally.done / tally.seconds)
    }
  closeAll(channels)
  const [cold, hot] = kinds.map(({ rates }) => median(rates)) as [number, number]
  const load = {
    accounts: bench.book.accounts.length,
    depth: DEPTH,
    in_flight: HOT_IN_FLIGHT,
    slices: SLICES,
    slice_ms: milliseconds,
    cold_per_s: cold,
  }
  const statistic = 'median of slices, in turn with slices that are spread'
  report({ bench: 'transfers.http.hot.rate', value: hot, unit: 'transfers/s', statistic, load })
  report({ bench: 'transfers.http.hot.ratio', value: hot / cold, unit: 'ratio to spread', statistic, load })
}

export const transfersHttp: Benchmark = {
  name: 'transfers-http',
  run: (options) =>
    withBook(options, async (fresh) => {
      for (const inFlight of [1, 64, 256])
        await fresh(async (bench) => {
          const { server, book } = bench
          const channels = await open(server.port, inFlight)
          const load = { accounts: book.accounts.length, depth: DEPTH, per: 'one a request' }
          const message = messages(bench, `run${inFlight}`)
          const rest = { load, server, channels, inFlight: 1, message, count: countOne }
          await measureTransfers({ bench: `transfers.http.${inFlight}`, ...rest }, options)
          closeAll(channels)
        })
      await fresh((bench) => measureHot(bench, options))
    }),
}
