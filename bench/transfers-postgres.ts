/**
 * Transfers with the book in PostgreSQL, beside a hand-written ledger on the same server that locks rows: spread over the
 * accounts and all out of one, one for a request and in batches. The two take turns. `sustained` counts the time until
 * our tables have followed as well; the peer has nothing left to do when it has answered.
 */
import { BOOK_SCHEMA, Engine } from '@stemma/core'
import { PostgresStore, type TestDatabase } from '@stemma/store'
import { batchLoop } from './batch-loop.js'
import type { Benchmark, Options } from './benchmark.js'
import { closedLoop, countOne, type LoopOptions } from './closed-loop.js'
import { keepWorld, withDirectory } from './data-directory.js'
import { HttpChannel, requestMaker } from './http-channel.js'
import { withDatabases } from './postgres.js'
import { LedgerChannel, makeLedger } from './postgres-ledger.js'
import { report } from './report.js'
import { ServerProcess } from './server.js'
import { median } from './statistics.js'
import { type Book, closeAll, DEPTH, drain, keyMaker, secondsOf, transferMaker } from './transfers.js'
import { API_KEY, Pairs } from './world.js'

const IN_FLIGHT = 64
const SLICES = 5
const BATCH = 500
const BATCHES_IN_FLIGHT = 4
/** Ways to have as many in flight: the peer is measured by the better one. */
const PEER_CONNECTIONS = [16, 64]

type Loop = Omit<LoopOptions, 'milliseconds'>

interface Contest {
  readonly name: string
  readonly load: Readonly<Record<string, string | number>>
  readonly ours: Loop
  readonly theirs: readonly Loop[]
}

export const transfersPostgres: Benchmark = {
  name: 'transfers-postgres',
  run: (options) =>
    withDirectory((directory) =>
      withDatabases(async (ours, theirs) => {
        const book = await makeBook(ours.url, options)
        await makeLedger(theirs, book.accounts)
        const server = await ServerProcess.start(directory, { STEMMA_STORE: ours.url })
        try {
          for (const isHot of [false, true])
            await compare(await single(server, book, theirs, isHot), server, options)
          await compare(await batches(server, book, theirs), server, options)
        } finally {
          await server.stop()
        }
      }),
    ),
}

async function makeBook(url: string, { quick }: Options): Promise<Book> {
  const source = { schemaModule: '@stemma/core', schemaExport: 'BOOK_SCHEMA' }
  const store = new PostgresStore({ url, book: 0, schema: BOOK_SCHEMA, ...source })
  await store.load(new Engine().image)
  await store.takeOver(await store.writer(), 'http://bench')
  return keepWorld(store, { accounts: quick ? 1_000 : 10_000, depth: DEPTH })
}

async function single(
  server: ServerProcess,
  book: Book,
  theirs: TestDatabase,
  isHot: boolean,
): Promise<Contest> {
  const name = isHot ? 'hot' : 'cold'
  const [request, transfer, key] = [
    requestMaker('/stemma/v1/transfers', API_KEY),
    transferMaker(book, isHot),
    keyMaker(`our-${name}`),
  ]
  const [pairs, peerKey] = [new Pairs(book.accounts, isHot), keyMaker(`peer-${name}`)]
  const message = (): string => {
    const { from, to } = pairs.next()
    return `${from}\n${to}\n1\n${peerKey()}`
  }
  return {
    name,
    load: { accounts: book.accounts.length, per: 'one a request', in_flight: IN_FLIGHT },
    ours: {
      channels: await opened(IN_FLIGHT, () => HttpChannel.open(server.port)),
      inFlight: 1,
      message: () => request(transfer(), key()),
      count: countOne,
    },
    theirs: await Promise.all(
      PEER_CONNECTIONS.map(async (connections) => ({
        channels: await opened(connections, () => LedgerChannel.open(theirs, 'move')),
        inFlight: IN_FLIGHT / connections,
        message,
        count: countOne,
      })),
    ),
  }
}

async function batches(server: ServerProcess, book: Book, theirs: TestDatabase): Promise<Contest> {
  const [pairs, key] = [new Pairs(book.accounts), keyMaker('peer-batch')]
  const message = (): string => {
    const some = Array.from({ length: BATCH }, () => pairs.next())
    const lists = [some.map(({ from }) => from), some.map(({ to }) => to), some.map(() => key())]
    const [sources, targets, keys] = lists.map((list) => `{${list.join(',')}}`)
    return `${sources}\n${targets}\n1\n${keys}`
  }
  return {
    name: 'batch',
    load: { accounts: book.accounts.length, per: `batches of ${BATCH}` },
    ours: await batchLoop(server, book, BATCH),
    theirs: [
      {
        channels: await opened(BATCHES_IN_FLIGHT, () => LedgerChannel.open(theirs, 'move_many')),
        inFlight: 1,
        message,
        count: () => ({ done: BATCH, refused: 0 }),
      },
    ],
  }
}

const opened = <Channel>(count: number, open: () => Promise<Channel>): Promise<Channel[]> =>
  Promise.all(Array.from({ length: count }, open))

async function compare(
  { name, load, ours, theirs }: Contest,
  server: ServerProcess,
  options: Options,
): Promise<void> {
  const milliseconds = (secondsOf(options) * 1_000) / SLICES
  const sides = [ours, ...theirs].map((loop) => ({ loop, rates: [] as number[], sustained: [] as number[] }))
  // The first round warms up.
  for (let round = 0; round <= SLICES; round += 1)
    for (const { loop, rates, sustained } of sides) {
      const start = performance.now()
      const { done, seconds } = await closedLoop({ ...loop, milliseconds })
      if (loop === ours) await drain(server)
      if (round === 0) continue
      rates.push(done / seconds)
      sustained.push((done * 1_000) / (performance.now() - start))
    }
  for (const { loop } of sides) closeAll(loop.channels)
  const [rate, ...peerRates] = sides.map(({ rates }) => median(rates)) as [number, ...number[]]
  const whole = median(sides[0]?.sustained ?? [])
  const peer = Math.max(...peerRates)
  const full = {
    ...load,
    slices: SLICES,
    slice_ms: milliseconds,
    store: 'postgres',
    durable: 'fsync, synchronous_commit on',
  }
  const figure = (what: string, value: number, unit: string): void =>
    report({
      bench: `transfers.postgres.${name}.${what}`,
      value,
      unit,
      statistic: 'median of slices in turn',
      load: full,
    })
  figure('rate', rate, 'transfers/s')
  figure('sustained', whole, 'transfers/s')
  figure('peer_rate', peer, 'transfers/s')
  figure('ratio', rate / peer, 'ratio to the row-locking ledger')
  figure('sustained_ratio', whole / peer, 'ratio to the row-locking ledger')
}
