/** What a request says: path, query and body as the one input of the operation. */
import type { Operation } from '@stemma/contract'
import { refuse } from '@stemma/core'
import type { FastifyRequest } from 'fastify'
import { checkKey } from './call.js'
import { parseStrictJson } from './strict-json.js'

type Given = Record<string, unknown>

export interface RequestInput {
  readonly wire: Given
  readonly key: string | null
  readonly version: number | null
  readonly isDryRun: boolean
}

/** Made once for each operation: what of its input stands where is known before any request. */
export function reader(operation: Operation): (request: FastifyRequest) => RequestInput {
  const { isWrite, pathFields } = operation
  const isInBody = operation.method !== 'GET' && operation.method !== 'DELETE'
  return (request) => {
    const { headers } = request
    const wire = isInBody ? bodyOf(request, pathFields) : {}
    const query = request.query as Given
    let isDryRun = false
    for (const name in query) {
      if (isWrite && name === 'dry_run') isDryRun = flagOf(query[name])
      else if (isInBody || pathFields.includes(name))
        refuse('malformed', 'expected no such query parameter', { field: `/${name.slice(0, 64)}` })
      else wire[name] = fromText(operation, name, query[name])
    }
    for (const name of pathFields) wire[name] = fromText(operation, name, (request.params as Given)[name])
    return {
      wire,
      key:
        isWrite && headers['idempotency-key'] !== undefined
          ? checkKey(String(headers['idempotency-key']))
          : null,
      version: headers['if-match'] === undefined ? null : versionOf(headers['if-match'], operation),
      isDryRun,
    }
    function fromText({ input: { shape } }: Operation, name: string, value: unknown): unknown {
      if (typeof value !== 'string')
        return refuse('malformed', 'expected one value', { field: `/${name.slice(0, 64)}` })
      const wireType = Object.hasOwn(shape, name) ? shape[name] : undefined
      return wireType?.fromText === undefined ? value : wireType.fromText(value)
    }
  }
}

function bodyOf({ body, headers }: FastifyRequest, pathFields: readonly string[]): Given {
  if (!Buffer.isBuffer(body) || body.length === 0) return {}
  const type = headers['content-type'] ?? ''
  if (!/^application\/json(?:\s*;|$)/i.test(type))
    refuse('malformed', 'expected the content type application/json', { field: '/' })
  const parsed = parseStrictJson(body)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return refuse('malformed', 'expected an object', { field: '/' })
  for (const name of pathFields)
    if (Object.hasOwn(parsed, name))
      refuse('malformed', 'expected the field in the path only', { field: `/${name}` })
  return parsed as Given
}

const flagOf = (written: unknown): boolean =>
  written === 'true' ||
  (written !== 'false' && refuse('malformed', 'expected true or false', { field: '/dry_run' }))

function versionOf(written: string, { ifMatch }: Operation): number | null {
  if (written === '*') return null
  const match = /^"?([1-9][0-9]{0,15})"?$/.exec(written)
  if (!ifMatch || match === null)
    return refuse(
      'malformed',
      ifMatch ? 'expected a version as the ETag shows it' : 'the operation takes no version',
      {
        field: '/if_match',
      },
    )
  return Number(match[1])
}
