/**
 * The deribit surface: JSON-RPC 2.0 over HTTP and WebSocket, for a main account and its subaccounts. Translation only;
 * every rule is the engine's.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientAddress } from '../../http/client-address.js'
import { readJson } from '../../http/json.js'
import { SEQUENCE_HEADER } from '../../http/sequence-header.js'
import type { UnreadFault } from '../../http/unread.js'
import type { Services, SurfaceModule } from '../../services.js'
import { Authenticator } from './authentication.js'
import { type Call, perform } from './call.js'
import { Connections } from './connections.js'
import { type Envelope, enveloped, failed, idOf, type Outcome } from './envelope.js'
import { refusedAtDoor, VenueError } from './errors.js'
import { Credits } from './limits.js'
import { METHODS } from './methods.js'
import { Params } from './params.js'
import { openSockets } from './socket.js'

const PATH = '/api/v2'
export const REQUEST_BYTES_MAX = 32 * 1024
/** The venue answers every fault so (section 1.5). */
const FAULT_STATUS = 400
/** An address has too many connections (section 11.5). */
const TOO_MANY_STATUS = 429

export const deribit: SurfaceModule = {
  name: 'deribit',
  unrouted: [
    {
      prefix: PATH,
      refuse: (_request, reply, refusal) =>
        reply
          .code(FAULT_STATUS)
          .type('application/json')
          .send(faultAlone(refusedAtDoor(refusal))),
      unread: (fault: UnreadFault) => ({
        type: 'application/json',
        text: JSON.stringify(faultAlone(fault)),
      }),
    },
  ],
  async register(app, services) {
    const door: Door = {
      services,
      authenticator: new Authenticator(services),
      credits: new Credits(),
      connections: new Connections(services.connectionsOfAddressMax),
    }
    await app.register(async (scope) => mount(scope, door))
    const sockets = openSockets(services, door)
    app.addHook('preClose', async () => sockets.close())
  },
}

const faultAlone = (thrown: unknown) => ({ jsonrpc: '2.0', ...failed(thrown), testnet: false })

/** What is answered to a request whose method was not read. */
function faultUnread({ host }: Pick<Services, 'host'>, thrown: unknown): Envelope {
  const now = host.now()
  return enveloped(failed(thrown), null, now, now)
}

type Door = Pick<Call, 'services' | 'authenticator' | 'credits'> & { readonly connections: Connections }

function mount(scope: FastifyInstance, door: Door): void {
  scope.removeAllContentTypeParsers()
  // The very bytes are signed, so they are kept as they came.
  scope.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: REQUEST_BYTES_MAX },
    (_request, body, done) => done(null, body),
  )
  scope.setErrorHandler((thrown, _request, reply) =>
    reply.code(FAULT_STATUS).send(faultUnread(door.services, thrown)),
  )
  scope.addHook('onRequest', async (request, reply) => keepConnection(door, request, reply))
  const handler = (request: FastifyRequest, reply: FastifyReply) => answer(door, request, reply)
  for (const url of [PATH, `${PATH}/*`]) scope.route({ method: ['GET', 'POST'], url, handler })
}

/** One beyond what an address may have is answered and closed; one that is old is closed with its answer. */
function keepConnection(
  { connections, services }: Door,
  { raw }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined {
  const now = services.host.now()
  const isTaken = connections.take(raw, now)
  if (!isTaken || connections.isOld(raw.socket, now)) reply.header('connection', 'close')
  if (isTaken) return undefined
  return reply
    .code(TOO_MANY_STATUS)
    .type('application/json')
    .send(faultUnread(services, new VenueError(10028)))
}

interface Asked {
  readonly id: unknown
  readonly method: string
  readonly params: unknown
}

async function answer(door: Door, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { services } = door
  const begun = services.host.now()
  let id: unknown = null
  let outcome: Outcome
  try {
    const body = await bodyOf(request)
    const asked = askedOf(request, body)
    id = asked.id
    outcome = { result: await resultOf(door, request, body, asked) }
    if (asked.method.startsWith('private/')) reply.header(SEQUENCE_HEADER, services.host.durableSequence)
  } catch (thrown) {
    const fault = failed(thrown)
    if (fault.error.code === 11094) request.log.error({ err: thrown }, 'venue call failed')
    outcome = fault
    reply.code(FAULT_STATUS)
  }
  return reply.type('application/json').send(enveloped(outcome, idOf(id), begun, services.host.now()))
}

async function resultOf(
  door: Door,
  request: FastifyRequest,
  body: string,
  { method, params: given }: Asked,
): Promise<unknown> {
  const params = Params.of(given)
  const address = clientAddress(request.raw)
  const { authenticator } = door
  const { host } = door.services
  const call = { ...door, host, params, address, requestId: request.id, session: null }
  return perform(METHODS.get(method), call, () => {
    const token = params.text('access_token')
    const { authorization } = request.headers
    if (authorization === undefined && token !== null) return authenticator.token(token, 'access', address)
    return authenticator.header(authorization, { method: request.method, url: request.url, body }, address)
  })
}

/** The text of the body; a GET may have one too, which the framework leaves unread. */
async function bodyOf({ body, method, raw }: FastifyRequest): Promise<string> {
  if (Buffer.isBuffer(body)) return body.toString('utf8')
  if (method !== 'GET') return ''
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > REQUEST_BYTES_MAX) throw new VenueError('-32600')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The method of the path, with the parameters of the query, or of a body that is JSON-RPC. */
function askedOf(request: FastifyRequest, body: string): Asked {
  const query = request.query as Readonly<Record<string, unknown>>
  const { id, method, params } = body === '' ? { params: query, ...pick(query) } : bodyRead(body)
  const path = request.url.split('?', 1)[0]?.slice(PATH.length + 1) ?? ''
  return { id, method: path === '' ? String(method ?? '') : path, params }
}

/** Over GET an id is text, and a whole number where it reads as one. */
function pick({ id, method }: Readonly<Record<string, unknown>>): { id?: unknown; method?: unknown } {
  return { id: typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : id, method }
}

interface Rpc {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: unknown
}

function bodyRead(body: string): Rpc {
  const read = readJson(Buffer.from(body))
  if ('fault' in read) throw new VenueError('-32700')
  const { value } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new VenueError('-32700')
  return value as Rpc
}
