/** The HTTP server: its limits, what every answer carries, and what happens to requests that come to no route. */
import { BASE_PATH } from '@stemma/contract'
import type { Refusal } from '@stemma/core'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify'
import type { Metrics } from '../ops/metrics.js'
import { PROTECTIVE_HEADERS } from './protective-headers.js'
import { closeStalledOnly } from './stalled.js'
import { UnreadRequests, type UnroutedFor } from './unread.js'

const BODY_BYTES_MAX = 2 ** 20
const HEADER_BYTES_MAX = 16 * 2 ** 10
const REQUEST_MILLISECONDS_MAX = 30_000

const UNDECODABLE: Refusal = { code: 'malformed', detail: 'the address cannot be decoded' }

export function makeApp(
  log: FastifyBaseLogger,
  metrics: Metrics,
  unroutedFor: UnroutedFor,
  requestMilliseconds = REQUEST_MILLISECONDS_MAX,
): FastifyInstance {
  const unread = new UnreadRequests(unroutedFor)
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
      return unroutedFor(request.url).refuse(request, reply, UNDECODABLE)
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
      : url.startsWith('/api/v2') || url.startsWith('/ws/api/v2')
        ? 'deribit'
        : 'other'
