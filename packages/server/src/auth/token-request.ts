/** The body of a token request, JSON or form-encoded, each field once and a string. */
import type { FastifyRequest } from 'fastify'
import { readJson as readStrictJson } from '../http/json.js'
import { OAuthError } from './oauth-error.js'

export interface TokenRequest {
  readonly assertion: string
  readonly clientId: string | null
  readonly audience: string
  readonly scope: string | null
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const malformed = (detail: string): OAuthError => new OAuthError(400, 'invalid_request', detail)

export function readTokenRequest(request: FastifyRequest): TokenRequest {
  const fields = readFields(request)
  const field = (name: string): string | null => {
    const value = fields.get(name)
    if (value === undefined || value === '') return null
    if (typeof value !== 'string') throw malformed(`expected ${name} to be text`)
    return value
  }
  const required = (name: string): string => {
    const value = field(name)
    if (value === null) throw malformed(`${name} is required`)
    return value
  }
  if (required('grant_type') !== 'client_credentials')
    throw new OAuthError(400, 'unsupported_grant_type', 'expected grant_type client_credentials')
  if (required('client_assertion_type') !== ASSERTION_TYPE)
    throw malformed(`expected client_assertion_type ${ASSERTION_TYPE}`)
  return {
    assertion: required('client_assertion'),
    clientId: field('client_id'),
    audience: required('audience'),
    scope: field('scope'),
  }
}

function readFields({ headers, body }: FastifyRequest): ReadonlyMap<string, unknown> {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  if (type === 'application/x-www-form-urlencoded') return readForm(bytes)
  if (type === 'application/json') return readJson(bytes)
  throw malformed('expected application/json or application/x-www-form-urlencoded')
}

function readJson(bytes: Uint8Array): ReadonlyMap<string, unknown> {
  const read = readStrictJson(bytes)
  if ('fault' in read) throw malformed(read.detail)
  const { value } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('expected a JSON object')
  return new Map(Object.entries(value))
}

function readForm(bytes: Uint8Array): ReadonlyMap<string, unknown> {
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) {
    if (fields.has(name)) throw malformed(`${name} is given twice`)
    fields.set(name, value)
  }
  return fields
}
