/**
 * The ways in: HTTP with everything that is spoken over it, and gRPC. They are open before anybody may be answered; the
 * door says who may.
 */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { Challenges, relyingPartyAt, SecondFactors } from '../auth/factors/index.js'
import {
  AccessTokens,
  BearerAuthentication,
  FailedProofs,
  TokenEndpoint,
  type TokenEndpointOptions,
  tokenUnrouted,
} from '../auth/index.js'
import { GrpcServer, type HandOn } from '../grpc/index.js'
import type { Admission } from '../host/admission.js'
import { makeApp } from '../http/app.js'
import { ClientAddresses } from '../http/client-address.js'
import { Door, keepDoor } from '../http/door.js'
import { Forwarding } from '../http/forward/forwarding.js'
import { openGrpcEntrance } from '../http/grpc-entrance.js'
import type { UnroutedFor } from '../http/unread.js'
import { Upgrades } from '../http/upgrades.js'
import type { Configuration } from '../ops/configuration.js'
import { registerHealth } from '../ops/health.js'
import { pagesModule } from '../pages/index.js'
import type { Services } from '../services.js'
import { nobodys } from '../surfaces/native/index.js'
import { scopesMeant, scopesShown } from '../surfaces/polymarket-us/index.js'
import { SURFACES } from '../surfaces.js'
import { urlOf } from './addresses.js'
import type { RunningBook, Surroundings } from './book.js'

export interface WaysIn {
  readonly app: FastifyInstance
  readonly grpc: GrpcServer
  readonly services: Services
  readonly authentication: BearerAuthentication
  listen(): Promise<void>
  /** Takes nothing new, and lets what is under way end. */
  close(): Promise<void>
}

const TOKEN_PATH = '/oauth/token'
const UNROUTED = [...SURFACES.flatMap(({ unrouted }) => unrouted), tokenUnrouted(TOKEN_PATH)]

/** In the words of the surface that the address is below. */
const unroutedFor: UnroutedFor = (url) => UNROUTED.find(({ prefix }) => url?.startsWith(prefix)) ?? nobodys

/** `requestMilliseconds`: how long a request may take to arrive. */
export async function makeWaysIn(
  book: RunningBook,
  { configuration, clock, timer, log }: Surroundings,
  requestMilliseconds: number | undefined,
): Promise<WaysIn> {
  const { host, admission, sealing, master, outbound, metrics } = book
  const tokens = new AccessTokens(master.derive('access tokens'))
  const failures = new FailedProofs()
  const authentication = new BearerAuthentication(host, tokens, failures, sealing)
  const challenges = new Challenges(master.derive('factor challenges'))
  const factors = new SecondFactors(host, sealing, challenges, () => relyingPartyAt(services.url()))
  const app = makeApp(log, metrics, unroutedFor, requestMilliseconds)
  const addresses = new ClientAddresses(master.derive('forwarded requests'), clock, log)
  const forwarding = configuration.standby === 'forward' ? new Forwarding(addresses, log) : null
  admission.onMoved = () => forwarding?.cut()
  const door = new Door(admission, addresses, forwarding)
  const upgrades = new Upgrades(app.server, door)
  const services: Services = {
    ...{ host, admission, authentication, sealing, factors, tokens, outbound, timer, log, upgrades },
    connectionsOfAddressMax: configuration.deribitConnectionsPerAddress,
    url: () => urlOf(app, configuration),
  }
  keepDoor(app, door, unroutedFor)
  await registerHealth(app, { ...book, mayForward: forwarding !== null })
  const heartbeatMs = configuration.grpcHeartbeatSeconds * 1_000
  const grpc = new GrpcServer({ admission, log, timer, heartbeatMs, handOn: handOn(admission, forwarding) })
  openGrpcEntrance(upgrades, grpc)
  for (const surface of SURFACES) await surface.register(app, services, grpc)
  await pagesModule.register(app, services)
  await new TokenEndpoint(host, tokens, failures, venueTokens(services)).register(app)
  app.addHook('preClose', async () => host.streams.closeAll())
  return {
    ...{ app, grpc, services, authentication },
    async listen() {
      await app.listen({ port: configuration.port, host: configuration.host })
      await listenForGrpc(grpc, configuration, log)
    },
    async close() {
      forwarding?.end()
      await Promise.all([app.close(), grpc.close()])
    },
  }
}

/** A standby that may hands each connection of gRPC on to the writer, whole. */
const handOn =
  (admission: Admission, forwarding: Forwarding | null): HandOn =>
  (connection, keep) => {
    const { isWriter, writerUrl } = admission
    if (forwarding === null || isWriter || writerUrl === null) keep()
    else forwarding.connection(connection, writerUrl, keep)
  }

/** A port that nobody chose is not worth failing for: two servers on one machine both start, and the second says so. */
async function listenForGrpc(
  grpc: GrpcServer,
  { grpcPort, isGrpcPortChosen, host }: Configuration,
  log: FastifyBaseLogger,
): Promise<void> {
  try {
    await grpc.listen(grpcPort, host)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || isGrpcPortChosen) throw error
    log.warn(`gRPC is not served: something else listens on port ${grpcPort}; set STEMMA_GRPC_PORT`)
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
