/**
 * The composition root: opens the store, wakes the engine, plugs the surfaces into one HTTP server, writes at once or
 * stands by until it may, and takes it all down again in reverse order. Nothing in here decides anything about trading.
 */
import { mkdirSync, statSync } from 'node:fs'
import type { Engine } from '@stemma/core'
import { Deposed, type KeyShelf, type Store } from '@stemma/store'
import type { FastifyBaseLogger } from 'fastify'
import pino from 'pino'
import type { Made } from './bootstrap.js'
import { type Clock, systemClock } from './host/clock.js'
import type { EngineHost } from './host/engine-host.js'
import type { Lease, Monotonic } from './host/lease.js'
import { Standby } from './host/standby.js'
import { systemTimer, type Timer } from './host/timer.js'
import { type Configuration, checkDemoIsLocal } from './ops/configuration.js'
import { openBookKeys, openBookStore } from './ops/open-store.js'
import { peerUrlOf } from './running/addresses.js'
import { type Kept, type RunningBook, type Surroundings, wakeBook } from './running/book.js'
import { unlessSilent } from './running/silence.js'
import { makeWaysIn, type WaysIn } from './running/ways-in.js'
import { Writing } from './running/writing.js'
import type { Services } from './services.js'

export interface ServerOptions {
  readonly configuration: Configuration
  readonly clock?: Clock
  readonly timer?: Timer
  /** What the lease of a writer is measured by. */
  readonly monotonic?: Monotonic
  readonly log?: FastifyBaseLogger
  /** How long a request may take to arrive; tests wait less. */
  readonly requestMilliseconds?: number
  /** A store of the caller's choice, for tests that hold up or break the disk. */
  readonly store?: Store
  /** The shelf of keys that goes with it, where several servers of a test share one. */
  readonly keys?: KeyShelf
  /** Called when the disk failed or another process took over: the process must end. */
  readonly onFatal?: (error: Error) => void
}

export interface RunningServer {
  readonly url: string
  /** Null where gRPC is not served. */
  readonly grpcPort: number | null
  readonly host: EngineHost
  readonly engine: Engine
  readonly store: Store
  readonly services: Services
  /** True where this process writes; false while it stands by. */
  readonly isWriter: boolean
  /** What was made because the book was empty: where the operator's key lies, and whether it is the demo world. */
  readonly made: Made | null
  /** True where the file of the secret key was made by this start. */
  readonly isSecretKeyFresh: boolean
  stop(): Promise<void>
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { configuration, clock = systemClock() } = options
  checkDemoIsLocal(configuration)
  mkdirSync(configuration.dataDirectory, { recursive: true, mode: 0o700 })
  const log =
    options.log ??
    pino({ level: configuration.logLevel, redact: ['req.headers.authorization', 'req.headers.cookie'] })
  warnOfReaders(configuration, log)
  const store = options.store ?? (await openBookStore(configuration))
  let keys: KeyShelf | null = null
  try {
    keys = options.keys ?? openBookKeys(configuration)
    return await startOn({ store, keys }, options, clock, log)
  } catch (error) {
    await keys?.close()
    await store.close()
    throw error
  }
}

async function startOn(
  kept: Kept,
  options: ServerOptions,
  clock: Clock,
  log: FastifyBaseLogger,
): Promise<RunningServer> {
  const { configuration, timer = systemTimer, monotonic = () => performance.now() } = options
  const fail = (error: Error): void => {
    log.fatal({ err: error }, endingOf(error))
    options.onFatal?.(error)
  }
  const surroundings = { configuration, clock, timer, monotonic, log, fail }
  const book = await wakeBook(kept, surroundings)
  const waysIn = await makeWaysIn(book, surroundings, options.requestMilliseconds)
  const writing = new Writing(book, waysIn, surroundings)
  let standby: Standby | null = null
  const close = async (): Promise<void> => {
    await standby?.stop()
    writing.pause()
    await waysIn.close()
  }
  try {
    await waysIn.listen()
    if (book.lease === null) await writing.begin(null)
    else {
      standby = standingBy(book, book.lease, waysIn, writing, surroundings)
      await standby.begin()
    }
  } catch (error) {
    await close()
    throw error
  }
  let stopped: Promise<void> | null = null
  return {
    ...{ engine: book.engine, host: book.host, store: book.store, services: waysIn.services },
    url: waysIn.services.url(),
    grpcPort: waysIn.grpc.port,
    get isWriter() {
      return book.admission.isWriter
    },
    get made() {
      return writing.made
    },
    isSecretKeyFresh: book.isSecretKeyFresh,
    stop: () => {
      stopped ??= stop(book, close, writing, timer)
      return stopped
    },
  }
}

function standingBy(
  { store, engine: { image }, host, admission }: RunningBook,
  lease: Lease,
  { app }: WaysIn,
  writing: Writing,
  { configuration, monotonic, timer, log, fail }: Surroundings,
): Standby {
  const address = peerUrlOf(app, configuration)
  return new Standby({
    ...{ store, image, host, lease, admission, monotonic, timer, log, address },
    onTakenOver: (taken) => writing.begin(taken),
    onFatal: fail,
  })
}

/** In the reverse order of the start. Rejects where something could not be finished; all is closed then too. */
async function stop(
  { host, admission, lease, effects, store, keys }: RunningBook,
  close: () => Promise<void>,
  writing: Writing,
  timer: Timer,
): Promise<void> {
  const finish = async (): Promise<void> => {
    await close()
    await effects.stop()
    await host.stop()
    if (admission.isWriter) await store.settled()
  }
  try {
    await unlessSilent(finish, host, writing.hasBegun ? lease : null, timer)
  } finally {
    writing.end()
    await store.close()
    await keys.close()
  }
}

/** The last words of a process that cannot go on. */
const endingOf = (error: Error): string =>
  error instanceof Deposed
    ? 'another process has taken over: the server stops, and nothing is answered any more'
    : 'the server cannot go on: it stops, and nothing that was not durable was answered'

/** The files in it are their owner's alone, whatever its mode; whoever may write to it could still exchange them. */
function warnOfReaders({ dataDirectory }: Configuration, log: FastifyBaseLogger): void {
  const mode = statSync(dataDirectory).mode & 0o777
  if ((mode & 0o077) !== 0)
    log.warn(
      `others than its owner may open the data directory ${dataDirectory} (mode ${mode.toString(8)}): chmod 700`,
    )
}
