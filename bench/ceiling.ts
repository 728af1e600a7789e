/**
 * How near a server comes to the least that a durable service in Node can do on this machine: the same requests, sent by
 * the same client in turn to ours, to a service that reads, flushes and answers, and to one that only reads and answers.
 */
import { join } from 'node:path'
import { batchLoop } from './batch-loop.js'
import type { Benchmark, Options } from './benchmark.js'
import { countOne } from './closed-loop.js'
import { withDirectory } from './data-directory.js'
import { HttpChannel, requestMaker } from './http-channel.js'
import { measureInTurn, type Side, SLICES } from './in-turn.js'
import { IN_FLIGHT, orderMaker, WORLD } from './orders-load.js'
import { microsecondsOf } from './processor.js'
import { report } from './report.js'
import { type ScriptProcess, startScript } from './script-process.js'
import {
  type Bench,
  closeAll,
  DEPTH,
  drain,
  keyMaker,
  secondsOf,
  transferMaker,
  withBook,
} from './transfers.js'
import { API_KEY, type WorldOptions } from './world.js'

const BATCH = 500

type Loop = Side['loop']

interface Kind {
  readonly name: string
  readonly noun: string
  readonly world: Partial<WorldOptions>
  readonly inFlight: number
  /** How many an answer is for. */
  readonly size: number
  readonly loop: (bench: Bench) => Promise<Loop>
}

const singles = async (port: number, message: () => string): Promise<Loop> => ({
  channels: await Promise.all(Array.from({ length: IN_FLIGHT }, () => HttpChannel.open(port))),
  inFlight: 1,
  message,
  count: countOne,
})

const KINDS: readonly Kind[] = [
  {
    name: 'transfers',
    noun: 'transfers',
    world: {},
    inFlight: IN_FLIGHT,
    size: 1,
    loop: ({ server, book }) => {
      const [request, transfer, key] = [
        requestMaker('/stemma/v1/transfers', API_KEY),
        transferMaker(book),
        keyMaker('ceiling'),
      ]
      return singles(server.port, () => request(transfer(), key()))
    },
  },
  {
    name: 'orders',
    noun: 'orders',
    world: WORLD,
    inFlight: IN_FLIGHT,
    size: 1,
    loop: (bench) => {
      const [request, order, key] = [
        requestMaker('/stemma/v1/orders', API_KEY),
        orderMaker(bench),
        keyMaker('ceiling'),
      ]
      return singles(bench.server.port, () => request(order(), key()))
    },
  },
  {
    name: 'batch',
    noun: 'transfers',
    world: {},
    inFlight: 4,
    size: BATCH,
    loop: ({ server, book }) => batchLoop(server, book, BATCH),
  },
]

/** The same messages, sent to a service that takes whatever it is asked. */
async function serviceSide(
  { port, pid }: ScriptProcess,
  { loop, size }: { loop: Loop; size: number },
): Promise<Side> {
  const channels = await Promise.all(loop.channels.map(() => HttpChannel.open(port)))
  const count = (status: number) => (status === 200 ? { done: size, refused: 0 } : { done: 0, refused: size })
  return { loop: { ...loop, channels, count }, processes: [pid] }
}

async function measure(kind: Kind, bench: Bench, options: Options): Promise<void> {
  const { server, book } = bench
  await withDirectory(async (directory) => {
    const services = [
      await startScript('ceiling-service.ts', [join(directory, 'durable'), 'durable']),
      await startScript('ceiling-service.ts', [join(directory, 'bare'), 'bare']),
    ] as const
    const loop = await kind.loop(bench)
    const ours: Side = { loop, drain: () => drain(server), processes: [server.pid] }
    const durable = await serviceSide(services[0], { loop, size: kind.size })
    const bare = await serviceSide(services[1], { loop, size: kind.size })
    const sides = [ours, durable, bare]
    const milliseconds = (secondsOf(options) * 1_000) / SLICES
    const of = await measureInTurn({ sides, milliseconds, takenBy })
    for (const side of sides) closeAll(side.loop.channels)
    await Promise.all(services.map((service) => service.stop()))
    const load = {
      accounts: book.accounts.length,
      depth: DEPTH,
      per: kind.size === 1 ? 'one a request' : `batches of ${kind.size}`,
      in_flight: kind.inFlight,
      slices: SLICES,
      slice_ms: milliseconds,
    }
    const figure = (name: string, value: number, unit: string): void =>
      report({
        bench: `ceiling.${kind.name}.${name}`,
        value,
        unit,
        statistic: 'median of slices in turn',
        load,
      })
    for (const [name, side] of [
      ['', ours],
      ['durable_', durable],
      ['bare_', bare],
    ] as const) {
      figure(`${name}rate`, of(side, 'rates'), `${kind.noun}/s`)
      figure(`${name}processor`, of(side, 'processor'), `us/${kind.noun.slice(0, -1)}, the server alone`)
    }
    figure('ratio', of(ours, 'rates') / of(durable, 'rates'), 'ours to a service that only keeps and answers')
  })
}

/** Microseconds of the servers: the client is the same for all. */
const takenBy = ({ processes = [] }: Side): number =>
  processes.reduce((sum, pid) => sum + microsecondsOf(pid), 0)

export const ceiling: Benchmark = {
  name: 'ceiling',
  run: async (options) => {
    for (const kind of KINDS)
      await withBook(options, (fresh) => fresh((bench) => measure(kind, bench, options)), kind.world)
  },
}
