/** Ten million transfers over a million accounts in batches of 500: what is left of the rate when the book is large. */
import { batchLoop } from './batch-loop.js'
import type { Benchmark } from './benchmark.js'
import { closedLoop } from './closed-loop.js'
import { makeDataDirectory, withDirectory } from './data-directory.js'
import { report } from './report.js'
import { ServerProcess } from './server.js'
import { closeAll, DEPTH, drain } from './transfers.js'

const BATCH = 500
const SLICE_MILLISECONDS = 10_000

export const transfersLong: Benchmark = {
  name: 'transfers-long',
  isLong: true,
  run: ({ quick }) =>
    withDirectory(async (directory) => {
      const [accounts, wanted] = quick ? [100_000, 500_000] : [1_000_000, 10_000_000]
      const book = await makeDataDirectory(directory, { accounts, depth: DEPTH })
      const server = await ServerProcess.start(directory)
      const loop = await batchLoop(server, book, BATCH)
      const start = performance.now()
      const secondsSoFar = (): number => (performance.now() - start) / 1_000
      const rates: number[] = []
      let done = 0
      let refused = 0
      while (done < wanted) {
        const tally = await closedLoop({ ...loop, milliseconds: SLICE_MILLISECONDS })
        done += tally.done
        refused += tally.refused
        rates.push(tally.done / tally.seconds)
      }
      const runSeconds = secondsSoFar()
      const drainSeconds = await drain(server)
      const load = {
        accounts,
        depth: DEPTH,
        per: `batches of ${BATCH}, mode each`,
        in_flight: loop.channels.length,
        transfers: done,
        refused,
        seconds: runSeconds,
        first_slice_per_s: rates[0] ?? 0,
        last_slice_per_s: rates.at(-1) ?? 0,
        server_mib: server.residentBytes() / 2 ** 20,
      }
      const figure = (name: string, value: number, unit: string, statistic: string): void =>
        report({ bench: `transfers.long.${name}`, value, unit, statistic, load })
      figure('rate', done / runSeconds, 'transfers/s', 'mean over the run')
      figure('sustained', done / (runSeconds + drainSeconds), 'transfers/s', 'mean over run and drain')
      figure('drain', drainSeconds, 's', 'from the last answer until the tables reached the journal')
      closeAll(loop.channels)
      await server.stop()
    }),
}
