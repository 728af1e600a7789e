/**
 * How long nobody writes after a writer was killed: from the signal to the first write that the standby acknowledges,
 * on PostgreSQL, under load. Three seconds of it are the silence that a standby waits for.
 */
import { join } from 'node:path'
import { Engine } from '@stemma/core'
import { openStore } from '@stemma/store'
import type { Benchmark } from './benchmark.js'
import { keepWorld, withDirectory } from './data-directory.js'
import { withDatabase } from './postgres.js'
import { report } from './report.js'
import { ServerProcess } from './server.js'
import { median } from './statistics.js'
import { type Book, DEPTH, keyMaker, transferMaker } from './transfers.js'
import { API_KEY } from './world.js'

const IN_FLIGHT = 8
/** The standby has something to catch up with when the writer is killed. */
const WRITES_BEFORE = 500
/** The standby is asked again and again, but not so often that the asking takes the processor from its taking over. */
const BETWEEN_ATTEMPTS_MILLISECONDS = 5

async function fill(databaseUrl: string, accounts: number): Promise<Book> {
  const store = await openStore({
    at: { databaseUrl },
    book: 0,
    schemaModule: '@stemma/core',
    schemaExport: 'BOOK_SCHEMA',
  })
  await store.load(new Engine().image)
  if ((await store.takeOver(await store.writer(), 'http://bench')) === null)
    throw new Error('expected an empty database')
  return keepWorld(store, { accounts, depth: DEPTH })
}

/** True where the write was acknowledged. */
async function write({ port }: ServerProcess, body: string, key: string): Promise<boolean> {
  const headers = {
    authorization: `Bearer ${API_KEY}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  }
  const url = `http://127.0.0.1:${port}/stemma/v1/transfers`
  const response = await fetch(url, { method: 'POST', headers, body }).catch(() => null)
  await response?.arrayBuffer().catch(() => {})
  return response?.status === 200
}

interface Load {
  readonly body: () => string
  readonly key: () => string
}

/** Seconds from the kill of the writer to the first write that the standby acknowledges. */
async function kill(writer: ServerProcess, standby: ServerProcess, { body, key }: Load): Promise<number> {
  let written = 0
  await new Promise<void>((resolve) => {
    const client = async (): Promise<void> => {
      while (await write(writer, body(), key())) if (++written === WRITES_BEFORE) resolve()
    }
    for (let number = 0; number < IN_FLIGHT; number += 1) void client()
  })
  const killedAt = performance.now()
  process.kill(writer.pid, 'SIGKILL')
  const [again, under] = [body(), key()]
  while (!(await write(standby, again, under)))
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_ATTEMPTS_MILLISECONDS))
  return (performance.now() - killedAt) / 1_000
}

async function measure(accounts: number, rounds: number): Promise<void> {
  await withDatabase((url) =>
    withDirectory(async (directory) => {
      const fillStart = performance.now()
      const book = await fill(url, accounts)
      const fillSeconds = (performance.now() - fillStart) / 1_000
      const variables = { STEMMA_STORE: url, STEMMA_SECRET_KEY_FILE: join(directory, 'secret.key') }
      const start = (number: number): Promise<ServerProcess> =>
        ServerProcess.start(join(directory, String(number)), variables)
      const load = { body: transferMaker(book), key: keyMaker('kill') }
      let writer = await start(0)
      const [seconds, starts]: [number[], number[]] = [[], []]
      for (let round = 1; round <= rounds; round += 1) {
        const standby = await start(round)
        starts.push((performance.now() - standby.spawnedAt) / 1_000)
        seconds.push(await kill(writer, standby, load))
        writer = standby
      }
      await writer.stop()
      report({
        bench: 'take_over.first_write',
        value: median(seconds),
        unit: 's',
        statistic: `median of ${rounds} kills, from SIGKILL to the first write that is acknowledged`,
        load: {
          accounts,
          in_flight: IN_FLIGHT,
          store: 'postgres',
          silence_seconds: 3,
          worst_seconds: Math.max(...seconds),
          standby_start_seconds: median(starts),
          fill_seconds: fillSeconds,
        },
      })
    }),
  )
}

export const takeOver: Benchmark = {
  name: 'take-over',
  isLong: true,
  async run({ quick }) {
    await measure(1_000, quick ? 1 : 5)
    await measure(100_000, quick ? 1 : 3)
    if (!quick) await measure(1_000_000, 3)
  },
}
