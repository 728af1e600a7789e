/**
 * The composition root: opens the store, wakes the engine, plugs the surfaces into one HTTP server, writes at once or
 * stands by until it may, and takes it all down again in reverse order. Nothing in here decides anything about trading.
 */
import { mkdirSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { Engine } from '@stemma/core'
import { Deposed, type KeyShelf, type Store } from '@stemma/store'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import pino from 'pino'
import { Challenges, relyingPartyAt, SecondFactors } from './auth/factors/index.js'
import {
  AccessTokens,
  BearerAuthentication,
  FailedProofs,
  TokenEndpoint,
  type TokenEndpointOptions,
  tokenUnrouted,
} from './auth/index.js'
import { type Made, openBookWhereEmpty } from './bootstrap.js'
import { GrpcServer } from './grpc/index.js'
import { Admission } from './host/admission.js'
import { type Clock, systemClock } from './host/clock.js'
import { endConnectionsBefore } from './host/disconnected.js'
import { type Deliverer, EffectRunner } from './host/effects.js'
import { EngineHost } from './host/engine-host.js'
import { Lease, type Monotonic } from './host/lease.js'
import { mailboxDeliverer } from './host/mail.js'
import { NameSorting } from './host/name-sorting.js'
import { makeOutbound } from './host/outbound.js'
import { keyDestroyer, MasterKey, PartySealing } from './host/sealing.js'
import { Standby, type TakenOver } from './host/standby.js'
import { systemTimer, type Timer } from './host/timer.js'
import { venueDeliverer } from './host/venues.js'
import { webhookDeliverer } from './host/webhooks.js'
import { makeApp } from './http/app.js'
import { keepDoor } from './http/door.js'
import type { UnroutedFor } from './http/unread.js'
import { type Configuration, checkDemoIsLocal } from './ops/configuration.js'
import { keepDemoAddress } from './ops/demo-world.js'
import { registerHealth } from './ops/health.js'
import { Metrics } from './ops/metrics.js'
import { openBookKeys, openBookStore } from './ops/open-store.js'
import { pagesModule } from './pages/index.js'
import type { Host, Services } from './services.js'
import { nobodys } from './surfaces/native/index.js'
import { scopesMeant, scopesShown } from './surfaces/polymarket-us/index.js'
import { SURFACES } from './surfaces.js'

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

const TOKEN_PATH = '/oauth/token'
const UNROUTED = [...SURFACES.flatMap(({ unrouted }) => unrouted), tokenUnrouted(TOKEN_PATH)]

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
  { store, keys }: { readonly store: Store; readonly keys: KeyShelf },
  options: ServerOptions,
  clock: Clock,
  log: FastifyBaseLogger,
): Promise<RunningServer> {
  const { configuration, timer = systemTimer, monotonic = () => performance.now() } = options
  const master = MasterKey.open(configuration.secretKeyFile)
  const engine = new Engine()
  const loaded = await store.load(engine.image)
  engine.resume(loaded.results)
  const fail = (error: Error): void => {
    log.fatal({ err: error }, endingOf(error))
    options.onFatal?.(error)
  }
  const lease = store.sharing === 'shared' ? new Lease(store, monotonic, (error) => host.fail(error)) : null
  const admission = new Admission(lease)
  const host: EngineHost = new EngineHost({
    engine,
    store,
    clock,
    lease,
    onFatal: fail,
    onDurable: (batch, seconds) => {
      metrics.batch(batch, seconds)
      effects.take(batch)
    },
  })
  const metrics = new Metrics({
    lagMilliseconds: () => store.lag().milliseconds,
    lagBatches: () => store.lag().batches,
    waitingAnswers: () => host.waiting,
    openStreams: () => host.hub.size,
    openEffects: () => engine.rooms.effects.table.size,
    durableSequence: () => host.durableSequence,
    isWriter: () => admission.isWriter,
  })
  const sealing = new PartySealing(master.key, keys, engine, host)
  await sealing.check()
  const outbound = makeOutbound(configuration)
  const effects = new EffectRunner(engine, host, deliverers(engine, host, sealing, outbound), fail)
  const tokens = new AccessTokens(master.key.derive('access tokens'))
  const failures = new FailedProofs()
  const authentication = new BearerAuthentication(host, tokens, failures, sealing)
  const app = makeApp(log, metrics, unroutedFor, options.requestMilliseconds)
  const challenges = new Challenges(master.key.derive('factor challenges'))
  const factors = new SecondFactors(host, sealing, challenges, () => relyingPartyAt(services.url()))
  const services: Services = {
    host,
    admission,
    authentication,
    sealing,
    factors,
    tokens,
    outbound,
    timer,
    log,
    connectionsOfAddressMax: configuration.deribitConnectionsPerAddress,
    url: () => urlOf(app, configuration),
  }
  const mayForward = configuration.standby === 'forward'
  keepDoor(app, { admission, mayForward, unroutedFor })
  await registerHealth(app, { store, host, admission, mayForward, metrics })
  const heartbeatMs = configuration.grpcHeartbeatSeconds * 1_000
  const grpc = new GrpcServer({ admission, log, timer, heartbeatMs })
  for (const surface of SURFACES) await surface.register(app, services, grpc)
  await pagesModule.register(app, services)
  await new TokenEndpoint(host, tokens, failures, venueTokens(services)).register(app)
  app.addHook('preClose', async () => host.streams.closeAll())
  const names = new NameSorting(engine)
  let made: Made | null = null
  let stopRenewing = (): void => {}
  /** What a process does that begins to write, before it lets anybody in. */
  const takeUp = async (taken: TakenOver | null): Promise<void> => {
    await sealing.check()
    host.takeUp()
    if (lease !== null) stopRenewing = lease.keepUp(timer)
    effects.resume()
    made = await openBookWhereEmpty(engine, services, configuration)
    if (taken !== null) await recordTakingOver(host, taken)
    await endConnectionsBefore(engine, host)
    await authentication.follow()
    keepDemoAddress(configuration.dataDirectory, services.url())
    names.begin()
    admission.open()
  }
  let standby: Standby | null = null
  const close = async (): Promise<void> => {
    await standby?.stop()
    names.stop()
    await Promise.all([app.close(), grpc.close()])
  }
  try {
    await app.listen({ port: configuration.port, host: configuration.host })
    await listenForGrpc(grpc, configuration, log)
    if (lease === null) await takeUp(null)
    else {
      const address = peerUrlOf(app, configuration)
      const { image } = engine
      const watch = { store, image, host, lease, admission, monotonic, timer, log, address }
      standby = new Standby({ ...watch, onTakenOver: takeUp, onFatal: fail })
      await standby.begin()
    }
  } catch (error) {
    await close()
    throw error
  }
  let stopped: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    await close()
    await effects.stop()
    await host.stop()
    if (admission.isWriter) await store.settled()
    stopRenewing()
    await store.close()
    await keys.close()
  }
  return {
    url: urlOf(app, configuration),
    grpcPort: grpc.port,
    host,
    engine,
    store,
    services,
    get isWriter() {
      return admission.isWriter
    },
    get made() {
      return made
    },
    isSecretKeyFresh: master.isFresh,
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

/** In the words of the surface that the address is below. */
const unroutedFor: UnroutedFor = (url) => UNROUTED.find(({ prefix }) => url?.startsWith(prefix)) ?? nobodys

/** The last words of a process that cannot go on. */
const endingOf = (error: Error): string =>
  error instanceof Deposed
    ? 'another process has taken over: the server stops, and nothing is answered any more'
    : 'the server cannot go on: it stops, and nothing that was not durable was answered'

/** An event in the book, under the number of the epoch that begins with it. */
async function recordTakingOver(host: Host, { epoch, address }: TakenOver): Promise<void> {
  const outcome = await host.execute({
    command: 'writer.take_over',
    input: { epoch, address },
    actor: { kind: 'system' },
  })
  if (outcome.kind === 'refused')
    throw new Error(`expected the taking over to be recorded: ${outcome.refusal.detail}`)
}

/** A port that nobody chose is not worth failing for: two servers on one machine both start, and the second says so. */
async function listenForGrpc(
  grpc: GrpcServer,
  configuration: Configuration,
  log: FastifyBaseLogger,
): Promise<void> {
  const { grpcPort, isGrpcPortChosen, host } = configuration
  try {
    await grpc.listen(grpcPort, host)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || isGrpcPortChosen) throw error
    log.warn(`gRPC is not served: something else listens on port ${grpcPort}; set STEMMA_GRPC_PORT`)
  }
}

/** The files in it are their owner's alone, whatever its mode; whoever may write to it could still exchange them. */
function warnOfReaders({ dataDirectory }: Configuration, log: FastifyBaseLogger): void {
  const mode = statSync(dataDirectory).mode & 0o777
  if ((mode & 0o077) !== 0)
    log.warn(
      `others than its owner may open the data directory ${dataDirectory} (mode ${mode.toString(8)}): chmod 700`,
    )
}

function deliverers(
  engine: Engine,
  host: Host,
  sealing: PartySealing,
  outbound: Services['outbound'],
): Record<'mail' | 'party_key' | 'venue' | 'webhook', Deliverer> {
  const words = new Map(
    SURFACES.flatMap(({ name, webhookWords }) => (webhookWords === undefined ? [] : [[name, webhookWords]])),
  )
  return {
    mail: mailboxDeliverer(host),
    party_key: keyDestroyer(sealing),
    venue: venueDeliverer(engine, sealing, outbound),
    webhook: webhookDeliverer(engine, sealing, outbound, words),
  }
}

/** The token endpoint of the first venue: an assertion names the endpoint itself as its audience, a request the API. */
function venueTokens(services: Services): TokenEndpointOptions {
  const addresses = (): ReturnType<TokenEndpointOptions['addresses']> => {
    const url = services.url()
    return { tokenUrls: [`${url}${TOKEN_PATH}`], issuer: `${url}/`, audiences: [url] }
  }
  return { path: TOKEN_PATH, surface: 'polymarket-us', addresses, scopesShown, scopesMeant }
}

function urlOf(app: FastifyInstance, { publicUrl, host, port }: Configuration): string {
  if (publicUrl !== null) return publicUrl.replace(/\/$/, '')
  const address = app.server.address() as AddressInfo | null
  return addressOf(host, address?.port ?? port)
}

const addressOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Where clients and the other processes of the book find this one. */
function peerUrlOf(app: FastifyInstance, { peerUrl, host, port }: Configuration): string {
  if (peerUrl !== null) return peerUrl.replace(/\/$/, '')
  const address = app.server.address() as AddressInfo | null
  const isEverywhere = host === '0.0.0.0' || host === '::'
  return addressOf(isEverywhere ? hostname() : host, address?.port ?? port)
}
