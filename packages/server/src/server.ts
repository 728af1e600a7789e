/**
 * The composition root: opens the store, wakes the engine, plugs the surfaces into one HTTP server, and takes it all
 * down again in reverse order. Nothing in here decides anything about trading.
 */
import { mkdirSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { BASE_PATH } from '@stemma/contract'
import { Engine } from '@stemma/core'
import type { Store } from '@stemma/store'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify'
import pino from 'pino'
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
import { type Clock, systemClock } from './host/clock.js'
import { type Deliverer, EffectRunner } from './host/effects.js'
import { EngineHost } from './host/engine-host.js'
import { mailboxDeliverer } from './host/mail.js'
import { makeOutbound } from './host/outbound.js'
import { MasterKey, PartySealing } from './host/sealing.js'
import { systemTimer, type Timer } from './host/timer.js'
import { venueDeliverer } from './host/venues.js'
import { webhookDeliverer } from './host/webhooks.js'
import { PROTECTIVE_HEADERS } from './http/protective-headers.js'
import { closeStalledOnly } from './http/stalled.js'
import { UnreadRequests, unroutedFor } from './http/unread.js'
import { type Configuration, checkDemoIsLocal } from './ops/configuration.js'
import { keepDemoAddress } from './ops/demo-world.js'
import { registerHealth } from './ops/health.js'
import { Metrics } from './ops/metrics.js'
import { openBookStore } from './ops/open-store.js'
import { pagesModule } from './pages/index.js'
import type { Host, Services } from './services.js'
import { nobodys } from './surfaces/native/index.js'
import { scopesMeant, scopesShown } from './surfaces/polymarket-us/index.js'
import { SURFACES } from './surfaces.js'

export interface ServerOptions {
  readonly configuration: Configuration
  readonly clock?: Clock
  readonly timer?: Timer
  readonly log?: FastifyBaseLogger
  /** How long a request may take to arrive; tests wait less. */
  readonly requestMilliseconds?: number
  /** A store of the caller's choice, for tests that hold up or break the disk. */
  readonly store?: Store
  /** Called when the disk failed: the process must end. */
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
  /** What was made because the book was empty: where the operator's key lies, and whether it is the demo world. */
  readonly made: Made | null
  /** True where the file of the secret key was made by this start. */
  readonly isSecretKeyFresh: boolean
  stop(): Promise<void>
}

const BODY_BYTES_MAX = 2 ** 20
const HEADER_BYTES_MAX = 16 * 2 ** 10
const REQUEST_MILLISECONDS_MAX = 30_000
/** Names that a load brought and that are sorted in between two requests: about half a millisecond. */
const NAMES_AT_ONCE = 250

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { configuration, clock = systemClock() } = options
  checkDemoIsLocal(configuration)
  mkdirSync(configuration.dataDirectory, { recursive: true, mode: 0o700 })
  const log =
    options.log ??
    pino({ level: configuration.logLevel, redact: ['req.headers.authorization', 'req.headers.cookie'] })
  warnOfReaders(configuration, log)
  const store = options.store ?? (await openBookStore(configuration))
  try {
    return await startOn(store, options, clock, log)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function startOn(
  store: Store,
  options: ServerOptions,
  clock: Clock,
  log: FastifyBaseLogger,
): Promise<RunningServer> {
  const { configuration } = options
  const master = MasterKey.open(configuration.secretKeyFile)
  const engine = new Engine()
  const loaded = await store.load(engine.image)
  engine.resume(loaded.results)
  const fail = (error: Error): void => {
    log.fatal(
      { err: error },
      'the journal cannot be written: the server stops, and nothing that was not durable was answered',
    )
    options.onFatal?.(error)
  }
  const host: EngineHost = new EngineHost({
    engine,
    store,
    clock,
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
  })
  const sealing = new PartySealing(master.key, engine, host, fail)
  const outbound = makeOutbound(configuration)
  const effects = new EffectRunner(engine, host, deliverers(engine, host, sealing, outbound), fail)
  const tokens = new AccessTokens(master.key.derive('access tokens'))
  const failures = new FailedProofs()
  const authentication = new BearerAuthentication(host, tokens, failures)
  const app = makeApp(log, metrics, options.requestMilliseconds ?? REQUEST_MILLISECONDS_MAX)
  const services: Services = {
    host,
    authentication,
    sealing,
    tokens,
    outbound,
    log,
    url: () => urlOf(app, configuration),
  }
  await registerHealth(app, { store, host, engine, metrics })
  const { timer = systemTimer } = options
  const grpc = new GrpcServer({ log, timer, heartbeatMs: configuration.grpcHeartbeatSeconds * 1_000 })
  for (const surface of SURFACES) await surface.register(app, services, grpc)
  await pagesModule.register(app)
  await new TokenEndpoint(host, tokens, failures, venueTokens(services)).register(app)
  app.addHook('preClose', async () => host.streams.closeAll())
  effects.resume()
  const made = await openBookWhereEmpty(engine, services, configuration)
  await authentication.follow()
  await app.listen({ port: configuration.port, host: configuration.host })
  try {
    await listenForGrpc(grpc, configuration, log)
  } catch (error) {
    await app.close()
    throw error
  }
  keepDemoAddress(configuration.dataDirectory, services.url())
  let isStopping = false
  const settleNames = (): void => {
    if (!isStopping && engine.rooms.hierarchy.settleNames(NAMES_AT_ONCE)) setImmediate(settleNames)
  }
  settleNames()
  let stopped: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    isStopping = true
    await Promise.all([app.close(), grpc.close()])
    await effects.stop()
    await host.stop()
    await store.settled()
    await store.close()
  }
  return {
    url: urlOf(app, configuration),
    grpcPort: grpc.port,
    host,
    engine,
    store,
    services,
    made,
    isSecretKeyFresh: master.isFresh,
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
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
): Record<'mail' | 'venue' | 'webhook', Deliverer> {
  const words = new Map(
    SURFACES.flatMap(({ name, webhookWords }) => (webhookWords === undefined ? [] : [[name, webhookWords]])),
  )
  return {
    mail: mailboxDeliverer(host),
    venue: venueDeliverer(engine, sealing, outbound),
    webhook: webhookDeliverer(engine, sealing, outbound, words),
  }
}

const TOKEN_PATH = '/oauth/token'

/** The token endpoint of the first venue: an assertion names the endpoint itself as its audience, a request the API. */
function venueTokens(services: Services): TokenEndpointOptions {
  const path = TOKEN_PATH
  const addresses = (): ReturnType<TokenEndpointOptions['addresses']> => {
    const url = services.url()
    return { tokenUrls: [`${url}${path}`], issuer: `${url}/`, audiences: [url] }
  }
  return { path, surface: 'polymarket-us', addresses, scopesShown, scopesMeant }
}

function makeApp(log: FastifyBaseLogger, metrics: Metrics, requestMilliseconds: number): FastifyInstance {
  const unrouted = [...SURFACES.flatMap((surface) => surface.unrouted), tokenUnrouted(TOKEN_PATH)]
  const unread = new UnreadRequests(unrouted, nobodys)
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    connectionTimeout: 2 * requestMilliseconds,
    requestTimeout: requestMilliseconds,
    // A body that trickles in is cut off with 408: the check has to run more often than every 30 s to be in time.
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: requestMilliseconds,
      connectionsCheckingInterval: Math.ceil(requestMilliseconds / 15),
    },
    clientErrorHandler: (error, socket) => unread.answer(error, socket),
    forceCloseConnections: 'idle',
    // A surface answers for its own paths; what nobody serves is answered without saying anything of others.
    routerOptions: { ignoreTrailingSlash: false },
    frameworkErrors: (_error, request, reply) => {
      protect(reply)
      return unroutedFor(request.url, unrouted, nobodys).undecodable(request, reply)
    },
  })
  app.setErrorHandler((error, request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    return reply.code(status).send({
      error: status >= 500 ? 'internal error' : 'the request cannot be read',
      request_id: request.id,
    })
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'there is nothing here' }))
  closeStalledOnly(app.server)
  unread.follow(app.server)
  app.addHook('onRequest', (request, reply, done) => {
    // On the connection's own reply, so that surfaces that write to it themselves send them too. The native surface
    // writes them with its other headers, which costs a third of naming each.
    if (!request.url.startsWith(NATIVE)) protect(reply)
    done()
  })
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onResponse', (request, reply, done) => {
    metrics.request(surfaceOf(request.url), reply.statusCode)
    // A connection that was busy when the server began to stop would else be kept for the client's next request.
    if (isClosing) setImmediate(() => app.server.closeIdleConnections())
    done()
  })
  return app
}

/** Where the native surface is mounted: every answer there is its own, those of faults too. */
const NATIVE = `${BASE_PATH}/`

/** On the connection's own reply, so that surfaces that write to it themselves send them too. */
function protect({ raw }: FastifyReply): void {
  for (const [name, value] of Object.entries(PROTECTIVE_HEADERS)) raw.setHeader(name, value)
}

const surfaceOf = (url: string): string =>
  url.startsWith('/stemma/')
    ? 'native'
    : url.startsWith('/v1/') || url.startsWith('/oauth/')
      ? 'polymarket-us'
      : 'other'

function urlOf(app: FastifyInstance, { publicUrl, host, port }: Configuration): string {
  if (publicUrl !== null) return publicUrl.replace(/\/$/, '')
  const address = app.server.address() as AddressInfo | null
  const shown = host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${address?.port ?? port}`
}
