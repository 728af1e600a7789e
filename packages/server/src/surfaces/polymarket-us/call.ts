/** One request to the venue, from the proof of who asks to the route that answers. */
import type { Actor, PartyId } from '@stemma/core'
import type { Rate, TokenBuckets } from '../../auth/index.js'
import type { Authenticated, Host, Services } from '../../services.js'
import { answered, crossFirm, fromRefusal, invalid, rateLimited, unauthenticated } from './errors.js'
import { parseUserName } from './ids.js'
import { isTiered, LIMITS, type LimitName, tieredRate } from './limits.js'

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  /** Ours; null: every valid token. */
  readonly scope: string | null
  readonly limit?: LimitName
  /** The firm acts, not one of its users: a participant id is refused. */
  readonly isFirmScoped?: true
  answer(call: Call): Promise<unknown>
}

/** What was sent, whatever carried it: HTTP, or gRPC with its message in the same JSON. */
export interface Incoming {
  /** The id of the request, for commands and the log. */
  readonly id: string
  readonly address: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** What a route is given: who asks, what was asked, and the one host. */
export interface Call {
  readonly services: Services
  readonly host: Host
  readonly actor: Extract<Actor, { kind: 'credential' }>
  readonly authenticated: Authenticated
  readonly incoming: Incoming
}

/** Every door of the surface has the same one, so that limits hold over all of them together. */
export interface Gate {
  readonly services: Services
  readonly buckets: TokenBuckets
}

interface OfFirm {
  readonly party: { readonly id: PartyId }
}

/** Firms by the proof of a token and the user that it acts as. Neither ever changes its firm, so it is asked for once. */
const FIRMS = new WeakMap<Authenticated, Map<Call['actor']['actingUser'], PartyId>>()

/** The firm whose limits a caller's requests and streams count against. */
export async function firmOf({
  host,
  actor,
  authenticated,
}: Pick<Call, 'host' | 'actor' | 'authenticated'>): Promise<PartyId> {
  const known = FIRMS.get(authenticated) ?? new Map<Call['actor']['actingUser'], PartyId>()
  FIRMS.set(authenticated, known)
  const firm =
    known.get(actor.actingUser) ?? answered(await host.read<OfFirm>('identity.whoami', actor, {})).party.id
  known.set(actor.actingUser, firm)
  return firm
}

/** Order requests are limited by the tier of the firm: a setting, which the server reads for every caller. */
async function rateOf(host: Host, firm: PartyId, limit: LimitName): Promise<Rate> {
  if (!isTiered(limit)) return LIMITS[limit]
  const input = { node: firm, name: 'venue.order_rate_tier', at: null }
  const { items } = answered(
    await host.read<{ readonly items: readonly { readonly value: unknown }[] }>(
      'settings.effective',
      { kind: 'system' },
      input,
    ),
  )
  return tieredRate(limit, Number(items[0]?.value))
}

/** 401, then the participant (403), the scope (403), the limit (429); the body is the route's business. */
export async function openCall(
  { services, buckets }: Gate,
  { scope, limit, path, isFirmScoped }: Omit<Route, 'method' | 'answer'>,
  incoming: Incoming,
): Promise<Call> {
  const { host } = services
  if (isFirmScoped === true && incoming.headers['x-participant-id'] !== undefined)
    throw invalid('x-participant-id is not accepted: the service is scoped to the firm')
  const authenticated = await authenticate(services, incoming)
  const actor = await actAs(host, authenticated, incoming)
  if (limit === undefined) {
    if (scope !== null) answered(await host.authorize(actor, scope, []))
  } else {
    const firm = await firmOf({ host, actor, authenticated })
    // Asked together, so that both answers wait for the disk once.
    const [allowed, rate] = await Promise.all([
      scope === null ? null : host.authorize(actor, scope, []),
      rateOf(host, firm, limit),
    ])
    if (allowed !== null) answered(allowed)
    const wait = buckets.take(`${firm} ${limit}`, rate, host.now())
    if (wait !== null) throw rateLimited(wait)
  }
  services.log.debug({ reqId: incoming.id, credential: authenticated.credential, path }, 'venue call')
  return { services, host, actor, authenticated, incoming }
}

const BEARER = /^Bearer +([\x21-\x7e]+)$/i

async function authenticate(
  { authentication }: Services,
  { headers: { authorization }, address }: Incoming,
): Promise<Authenticated> {
  const value = typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined
  const proven = value === undefined ? null : await authentication.bearer(value, 'polymarket-us', address)
  if (proven === null) throw unauthenticated()
  return proven
}

/** Without the header the token's own user acts; a header that is present has to name a user that the client can be. */
async function actAs(
  host: Host,
  { actor }: Authenticated,
  { headers }: Incoming,
): Promise<Authenticated['actor']> {
  const header = headers['x-participant-id']
  if (header === undefined) return actor
  return actingFor(host, actor, typeof header === 'string' ? header : '')
}

/** The caller as the user of that name, where it can be. */
export async function actingFor(
  host: Host,
  actor: Authenticated['actor'],
  user: string,
): Promise<Authenticated['actor']> {
  const named = parseUserName(user)
  if (named === null) throw crossFirm()
  const input = { firm: named.firm, user: named.name }
  const answer = await host.read<{ user: number }>('participants.find', actor, input)
  if (answer.kind === 'answer') return { ...actor, actingUser: answer.result.user as never }
  throw answer.refusal.code === 'not_visible' ? crossFirm() : fromRefusal(answer.refusal)
}

/** The body of a POST or PATCH; none at all reads as the empty message. */
export function bodyOf({ incoming: { body } }: Call): unknown {
  if (body === undefined || body === null) return {}
  if (typeof body !== 'object') throw invalid('expected a JSON object')
  return body
}
