/** One request to the venue, from the proof of who asks to the route that answers. */
import type { Actor, PartyId } from '@stemma/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TokenBuckets } from '../../auth/index.js'
import type { Authenticated, Host, Services } from '../../services.js'
import { answered, crossFirm, fromRefusal, invalid, rateLimited, unauthenticated } from './errors.js'
import { parseUserName } from './ids.js'
import { LIMITS, type LimitName } from './limits.js'

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  /** Ours; null: every valid token. */
  readonly scope: string | null
  readonly limit?: LimitName
  answer(call: Call): Promise<unknown>
}

/** What a route is given: who asks, what was asked, and the one host. */
export interface Call {
  readonly services: Services
  readonly host: Host
  readonly actor: Extract<Actor, { kind: 'credential' }>
  readonly authenticated: Authenticated
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** The id of the request, for commands. */
  readonly requestId: string
}

export interface Gate {
  readonly services: Services
  readonly buckets: TokenBuckets
}

interface OfFirm {
  readonly party: { readonly id: PartyId }
}

/** 401, then the participant (403), the scope (403), the limit (429); the body is the route's business. */
export async function openCall(
  { services, buckets }: Gate,
  { scope, limit, path }: Pick<Route, 'scope' | 'limit' | 'path'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Call> {
  const { host } = services
  const authenticated = await authenticate(services, request)
  const actor = await actAs(host, authenticated, request)
  if (scope !== null) answered(await host.authorize(actor, scope, []))
  if (limit !== undefined) {
    const { party } = answered(await host.read<OfFirm>('identity.whoami', actor, {}))
    const wait = buckets.take(`${party.id} ${limit}`, LIMITS[limit], host.now())
    if (wait !== null) throw rateLimited(wait)
  }
  request.log.debug({ credential: authenticated.credential, path }, 'venue call')
  return {
    services,
    host,
    actor,
    authenticated,
    request,
    reply,
    requestId: request.id,
  }
}

const BEARER = /^Bearer +([\x21-\x7e]+)$/i

async function authenticate(
  { authentication }: Services,
  { headers, ip }: FastifyRequest,
): Promise<Authenticated> {
  const value = BEARER.exec(headers.authorization ?? '')?.[1]
  const proven = value === undefined ? null : await authentication.bearer(value, 'polymarket-us', ip)
  if (proven === null) throw unauthenticated()
  return proven
}

/** Without the header the token's own user acts; a header that is present has to name a user that the client can be. */
async function actAs(
  host: Host,
  { actor }: Authenticated,
  { headers }: FastifyRequest,
): Promise<Authenticated['actor']> {
  const header = headers['x-participant-id']
  if (header === undefined) return actor
  const named = typeof header === 'string' ? parseUserName(header) : null
  if (named === null) throw crossFirm()
  const input = { firm: named.firm, user: named.name }
  const answer = await host.read<{ user: number }>('participants.find', actor, input)
  if (answer.kind === 'answer') return { ...actor, actingUser: answer.result.user as never }
  throw answer.refusal.code === 'not_visible' ? crossFirm() : fromRefusal(answer.refusal)
}

/** The body of a POST or PATCH; none at all reads as the empty message. */
export function bodyOf({ request }: Call): unknown {
  if (request.body === undefined || request.body === null) return {}
  if (typeof request.body !== 'object') throw invalid('expected a JSON object')
  return request.body
}
