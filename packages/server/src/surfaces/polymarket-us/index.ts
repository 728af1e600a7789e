/**
 * The polymarket-us surface: the venue's institutional REST under `/v1`, and the partner cash movements beside it.
 * Translation only; every rule is the engine's.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { TokenBuckets } from '../../auth/index.js'
import { clientAddress } from '../../http/client-address.js'
import { readJson } from '../../http/json.js'
import { SEQUENCE_HEADER } from '../../http/sequence-header.js'
import type { SurfaceModule } from '../../services.js'
import { BALANCE_ROUTES } from './balances.js'
import { type Gate, openCall, type Route } from './call.js'
import { CASH_MOVEMENTS_UNROUTED, mountCashMovements } from './cash-movements.js'
import { fromRefusal, GRPC, invalid, toVenueError, VenueError } from './errors.js'
import { FUNDING_ROUTES } from './funding.js'
import { serveGrpc } from './grpc/index.js'
import { health } from './health.js'
import { overHttp, sendOver } from './http.js'
import { IDENTITY_ROUTES } from './identity.js'
import { KYC_ROUTES, kycWords } from './kyc.js'
import { LEDGER_ROUTES } from './ledger.js'
import { POSITION_ROUTES } from './positions/index.js'
import { REFERENCE_ROUTES } from './reference/index.js'
import { REPORT_ROUTES } from './reports/index.js'
import { TRADING_ROUTES } from './trading/index.js'

export { scopesMeant, scopesShown } from './scopes.js'

const BODY_MAX_BYTES = 1_048_576

export const ROUTES: readonly Route[] = [
  ...IDENTITY_ROUTES,
  ...BALANCE_ROUTES,
  ...LEDGER_ROUTES,
  ...FUNDING_ROUTES,
  ...KYC_ROUTES,
  ...TRADING_ROUTES,
  ...POSITION_ROUTES,
  ...REPORT_ROUTES,
  ...REFERENCE_ROUTES,
]

export const polymarketUs: SurfaceModule = {
  name: 'polymarket-us',
  webhookWords: kycWords,
  unrouted: [
    {
      prefix: '/v1/',
      refuse: (request, reply, refusal) => fail(fromRefusal(refusal), request, identified(request, reply)),
      unread: (fault) => ({
        type: 'application/json',
        text: JSON.stringify(toVenueError(fault).envelope),
      }),
    },
    CASH_MOVEMENTS_UNROUTED,
  ],
  async register(app, services, grpc) {
    const gate: Gate = { services, buckets: new TokenBuckets() }
    serveGrpc(grpc, gate)
    await app.register((scope) => mount(scope, gate), { prefix: '/v1' })
    await app.register(async (scope) => {
      takeStrictJson(scope)
      mountCashMovements(scope, gate)
    })
  },
}

async function mount(scope: FastifyInstance, gate: Gate): Promise<void> {
  takeStrictJson(scope)
  scope.addHook('onRequest', async (request, reply) => void identified(request, reply))
  scope.setErrorHandler(fail)
  scope.setNotFoundHandler(answerUnknown())
  scope.get('/health', ({ raw }) => health(gate, clientAddress(raw)))
  for (const route of ROUTES) {
    scope.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const answer = await route.answer(await openCall(gate, route, overHttp(request)))
        reply.header(SEQUENCE_HEADER, gate.services.host.durableSequence)
        return sendOver(reply, answer)
      },
    })
  }
}

/** The answer, with the id of its request and the one that the client gave it. */
function identified(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('x-request-id', request.id)
  const correlation = request.headers['poly-correlation-id']
  if (typeof correlation === 'string' && /^[\x21-\x7e]{1,128}$/.test(correlation))
    reply.header('poly-correlation-id', correlation)
  return reply
}

/** Bodies are JSON, strictly; a body of another type is refused by its type. */
function takeStrictJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: BODY_MAX_BYTES },
    (_request, body, done) => {
      const read = body.length === 0 ? { value: undefined } : readJson(body as Buffer)
      if ('fault' in read) done(invalid(read.detail))
      else done(null, read.value)
    },
  )
}

function fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toVenueError(thrown)
  if (error.code === GRPC.internal) request.log.error({ err: thrown }, 'venue call failed')
  const { retryAfterSeconds } = error.options
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  return reply.code(error.status).type('application/json').send(error.envelope)
}

/** A path that another verb has is 405 and says which; any other is unknown. */
function answerUnknown() {
  const patterns = [...ROUTES, { method: 'GET', path: '/health' }].map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^/v1${path.replace(/:[a-z]+/g, '[^/]+')}$`),
  }))
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [path = ''] = request.url.split('?')
    const verbs = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    if (verbs.length > 0) reply.header('allow', [...new Set(verbs)].join(', '))
    const error =
      verbs.length > 0
        ? new VenueError(GRPC.unimplemented, 'method not allowed')
        : new VenueError(GRPC.notFound, 'not found')
    return reply.code(error.status).send(error.envelope)
  }
}
