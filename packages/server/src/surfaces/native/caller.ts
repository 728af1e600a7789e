/** Who calls, proven on every request, and under which number the request is logged. */
import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Id, parseId, refuse } from '@stemma/core'
import type { Services } from '../../services.js'
import type { Caller } from './call.js'

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/
/** Numbers of a process are told from those of another by the start. */
const start = randomBytes(5).toString('hex')
let counter = 0

export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id']
  if (typeof given === 'string' && REQUEST_ID.test(given)) return given
  counter += 1
  return `req_${start}${counter.toString(36)}`
}

export function callerOf(
  { authentication }: Services,
  headers: IncomingHttpHeaders,
  address: string,
  requestId: string,
): Promise<Caller> {
  const { authorization } = headers
  if (authorization === undefined) return refuse('unauthenticated', 'expected an Authorization header')
  if (!/^bearer /i.test(authorization))
    return refuse('unauthenticated', 'expected a bearer token or an API key')
  return proven(
    authentication,
    authorization.slice(7).trim(),
    headers['stemma-acting-user'],
    address,
    requestId,
  )
}

export async function proven(
  authentication: Services['authentication'],
  bearer: string,
  actingUser: unknown,
  address: string,
  requestId: string,
): Promise<Caller> {
  const proof = await authentication.bearer(bearer, 'native', address)
  if (proof === null) return refuse('unauthenticated', 'the token or API key proves nobody')
  if (actingUser === undefined) return { actor: proof.actor, requestId }
  const acting = typeof actingUser === 'string' ? parseId('usr', actingUser) : undefined
  if (acting === undefined)
    return refuse('malformed', 'expected the id of a user in Stemma-Acting-User', { field: '/acting_user' })
  return { actor: { ...proof.actor, actingUser: acting as Id }, requestId }
}
