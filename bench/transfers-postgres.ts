/**
 * Transfers with the book in PostgreSQL, beside a hand-written ledger on the same server that locks rows: spread over the
 * accounts and all out of one, one for a request and in batches. What each side does is in `README.md`.
 */
import { BOOK_SCHEMA, Engine } from '@stemma/core'
import { PostgresStore, type TestDatabase } from '@stemma/store'
import { batchLoop } from './batch-loop.js'
import type { Benchmark, Options } from './benchmark.js'
import { countOne } from './closed-loop.js'
import { type Contest, compare } from './contest.js'
import { keepWorld, withDirectory } from './data-directory.js'
import { type HostDoor, openHostDoor } from './host-channel.js'
import { HttpChannel, requestMaker } from './http-channel.js'
import type { Move, MoveMany } from './ledger-moves.js'
import { withDatabases } from './postgres.js'
import { LedgerChannel, makeLedger } from './postgres-ledger.js'
import { postgresProcessor } from './processor.js'
import { type ScriptProcess, startScript } from './script-process.js'
import { ServerProcess } from './server.js'
import { type Book, DEPTH, drain, keyMaker, transferMaker } from './transfers.js'
import { API_KEY, Pairs } from './world.js'

const IN_FLIGHT = 64
const BATCH = 500
const BATCHES_IN_FLIGHT = 4
/** Ways to have as many in flight: the peer is measured by the better one. */
const PEER_CONNECTIONS = [16, 64]

interface Ring {
  readonly book: Book
  readonly server: ServerProcess
  readonly host: HostDoor
  readonly theirs: TestDatabase
  readonly service: ScriptProcess
  readonly postgres: Contest['postgres']
}

export const transfersPostgres: Benchmark = {
  name: 'transfers-postgres',
  run: (options) =>
    withDirectory((directory) =>
      withDatabases(async ({ ours, host: ofHost, theirs }) => {
        const book = await makeBook(ours.url, options)
        const { actor } = await makeBook(ofHost.url, options)
        await makeLedger(theirs, book.accounts)
        const server = await ServerProcess.start(directory, { STEMMA_STORE: ours.url })
        const [host, service] = [
          await openHostDoor(ofHost.url, actor),
          await startScript('ledger-service.ts', [theirs.url]),
        ]
        const postgres = await postgresProcessor(theirs)
        const ring = { book, server, host, theirs, service, postgres }
        try {
          for (const isHot of [false, true]) await compare(await single(ring, isHot), options)
          await compare(await batches(ring), options)
        } finally {
          await Promise.all([server.stop(), host.close(), service.stop()])
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

async function single(ring: Ring, isHot: boolean): Promise<Contest> {
  const { book, server, host, theirs, service, postgres } = ring
  const name = isHot ? 'hot' : 'cold'
  const [ask, transfer, key] = [
    requestMaker('/stemma/v1/transfers', API_KEY),
    transferMaker(book, isHot),
    keyMaker(name),
  ]
  const pairs = new Pairs(book.accounts, isHot)
  const askPeer = requestMaker('/move', API_KEY)
  const overHttp = (port: number): Promise<HttpChannel[]> => opened(IN_FLIGHT, () => HttpChannel.open(port))
  const one = { inFlight: 1, count: countOne }
  return {
    name,
    postgres,
    load: { accounts: book.accounts.length, per: 'one a request', in_flight: IN_FLIGHT },
    ours: {
      loop: { ...one, channels: await overHttp(server.port), message: () => ask(transfer(), key()) },
      drain: () => drain(server),
      processes: [server.pid],
    },
    host: {
      loop: {
        ...one,
        channels: await opened(IN_FLIGHT, async () => host.channel()),
        message: () => hostLine(pairs, key),
      },
      drain: () => host.drain(),
    },
    theirs: await Promise.all(
      PEER_CONNECTIONS.map(async (connections) => ({
        loop: {
          channels: await opened(connections, () => LedgerChannel.open(theirs, 'move')),
          inFlight: IN_FLIGHT / connections,
          count: countOne,
          message: () => {
            const { from, to } = pairs.next()
            return `${from}\n${to}\n1\n${key()}`
          },
        },
      })),
    ),
    theirService: {
      processes: [service.pid],
      loop: {
        ...one,
        channels: await overHttp(service.port),
        message: () => {
          const { from, to } = pairs.next()
          const move: Move = { source: from, target: to, amount: 1, key: key() }
          return askPeer(JSON.stringify(move), null)
        },
      },
    },
  }
}

async function batches({ book, server, host, theirs, service, postgres }: Ring): Promise<Contest> {
  const [pairs, key] = [new Pairs(book.accounts), keyMaker('batch')]
  const many = (): MoveMany => {
    const some = Array.from({ length: BATCH }, () => pairs.next())
    return {
      sources: some.map(({ from }) => from),
      targets: some.map(({ to }) => to),
      amount: 1,
      keys: some.map(() => key()),
    }
  }
  const askPeer = requestMaker('/move_many', API_KEY)
  const whole = { inFlight: 1, count: () => ({ done: BATCH, refused: 0 }) }
  const isDone = (status: number): { done: number; refused: number } =>
    status === 200 ? { done: BATCH, refused: 0 } : { done: 0, refused: BATCH }
  return {
    name: 'batch',
    postgres,
    load: { accounts: book.accounts.length, per: `batches of ${BATCH}`, in_flight: BATCHES_IN_FLIGHT },
    ours: {
      loop: await batchLoop(server, book, BATCH),
      drain: () => drain(server),
      processes: [server.pid],
    },
    host: {
      loop: {
        inFlight: 1,
        count: isDone,
        channels: await opened(BATCHES_IN_FLIGHT, async () => host.channel()),
        message: () => Array.from({ length: BATCH }, () => hostLine(pairs, key)).join('\n'),
      },
      drain: () => host.drain(),
    },
    theirs: [
      {
        loop: {
          ...whole,
          channels: await opened(BATCHES_IN_FLIGHT, () => LedgerChannel.open(theirs, 'move_many')),
          message: () => {
            const { sources, targets, amount, keys } = many()
            return `{${sources.join()}}\n{${targets.join()}}\n${amount}\n{${keys.join()}}`
          },
        },
      },
    ],
    theirService: {
      processes: [service.pid],
      loop: {
        inFlight: 1,
        count: isDone,
        channels: await opened(BATCHES_IN_FLIGHT, () => HttpChannel.open(service.port)),
        message: () => askPeer(JSON.stringify(many()), null),
      },
    },
  }
}

function hostLine(pairs: Pairs, key: () => string): string {
  const { from, to } = pairs.next()
  return `${from} ${to} ${key()}`
}

const opened = <Channel>(count: number, open: () => Promise<Channel>): Promise<Channel[]> =>
  Promise.all(Array.from({ length: count }, open))
