/**
 * A cold start: from spawning a server on a large book to its first answer to a proven question, and what an account
 * takes of its memory.
 */
import { join } from 'node:path'
import type { Benchmark } from './benchmark.js'
import { makeDataDirectory, withDirectory } from './data-directory.js'
import { report } from './report.js'
import { ServerProcess } from './server.js'
import { median } from './statistics.js'
import { API_KEY, type BenchWorld } from './world.js'

const DEPTH = 6
/** Long enough for the collector to give back what the load of the book left. */
const REST_MILLISECONDS = 10_000

interface Started {
  readonly seconds: number
  readonly firstBytes: number
  readonly restBytes: number
  readonly heapBytes: number
}

async function startOnce(data: string, path: string, restMilliseconds: number): Promise<Started> {
  const server = await ServerProcess.start(data)
  try {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      headers: { authorization: `Bearer ${API_KEY}` },
    })
    if (answer.status !== 200) throw new Error(`expected an answer, was ${await answer.text()}`)
    await answer.arrayBuffer()
    const seconds = (performance.now() - server.spawnedAt) / 1_000
    const firstBytes = server.residentBytes()
    await new Promise((resolve) => setTimeout(resolve, restMilliseconds))
    const metrics = await server.metrics()
    const heapBytes =
      (metrics.get('stemma_nodejs_heap_size_used_bytes') ?? Number.NaN) +
      (metrics.get('stemma_nodejs_external_memory_bytes') ?? Number.NaN)
    return { seconds, firstBytes, restBytes: server.residentBytes(), heapBytes }
  } finally {
    await server.stop()
  }
}

/** The balances of the last account: nothing that a list could have answered from its front. */
const lastAccount = ({ accounts }: Omit<BenchWorld, 'engine'>): string =>
  `/stemma/v1/accounts/acc_${accounts.at(-1)}/balances`

async function startOften(
  data: string,
  path: string,
  { quick, times }: { quick: boolean; times: number },
): Promise<Started[]> {
  const starts: Started[] = []
  for (let index = 0; index < times; index += 1)
    starts.push(await startOnce(data, path, quick ? REST_MILLISECONDS / 5 : REST_MILLISECONDS))
  return starts
}

export const start: Benchmark = {
  name: 'start',
  run: ({ quick }) =>
    withDirectory(async (directory) => {
      const accounts = quick ? 100_000 : 1_000_000
      const how = { quick, times: quick ? 1 : 3 }
      const [small, large] = [join(directory, 'small'), join(directory, 'large')]
      const empty = await startOften(
        small,
        lastAccount(await makeDataDirectory(small, { accounts: 1, depth: DEPTH })),
        how,
      )
      const full = await startOften(
        large,
        lastAccount(await makeDataDirectory(large, { accounts, depth: DEPTH })),
        how,
      )
      const of = (starts: readonly Started[], field: keyof Started): number =>
        median(starts.map((each) => each[field]))
      const load = { accounts, balances_each: 1, depth: DEPTH, store: 'sqlite', starts: how.times }
      report({
        bench: 'start.cold',
        value: of(full, 'seconds'),
        unit: 's',
        statistic: `median of ${how.times} starts, from spawn to the first answered read with an API key`,
        load: { ...load, files: 'in the cache of the system', empty_book_seconds: of(empty, 'seconds') },
      })
      for (const [name, field, statistic] of [
        ['resident', 'restBytes', 'resident memory at rest, less that of an empty book'],
        [
          'resident_at_first_answer',
          'firstBytes',
          'resident memory at the first answer, less that of an empty book',
        ],
        ['heap', 'heapBytes', 'heap and buffers in use, less that of an empty book'],
      ] as const)
        report({
          bench: `memory.account.${name}`,
          value: (of(full, field) - of(empty, field)) / accounts,
          unit: 'bytes/account',
          statistic,
          load: { ...load, server_mib: of(full, field) / 2 ** 20, empty_mib: of(empty, field) / 2 ** 20 },
        })
    }),
}
