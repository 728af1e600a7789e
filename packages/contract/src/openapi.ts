/** OpenAPI 3.1, made from the registry: the wire side of every schema, with examples and every refusal. */
import { REFUSALS, type RefusalCode } from '@stemma/core/refusals'
import { jsonSchema } from './json-schema.js'
import type { Operation } from './operation.js'
import { BASE_PATH, OPERATIONS } from './registry.js'
import { awaiting } from './resources/common.js'
import { transports } from './transports.js'
import type { Wire } from './wire/index.js'

type Plain = Readonly<Record<string, unknown>>

/** What any operation may answer besides its own refusals. */
export const COMMON_REFUSALS: readonly RefusalCode[] = [
  'malformed',
  'unauthenticated',
  'scope_missing',
  'actor_suspended',
  'too_large',
  'too_slow',
  'headers_too_large',
  'rate_limited',
  'overloaded',
  'not_writer',
]
/** What any write may answer besides those. */
export const WRITE_REFUSALS: readonly RefusalCode[] = ['idempotency_key_reused']

/** An operation's own: who may see what it changes may still not be allowed to change it. */
export const ownRefusals = ({ refusals, isWrite }: Operation): readonly RefusalCode[] => [
  ...new Set<RefusalCode>([
    ...refusals,
    ...(isWrite && refusals.includes('not_visible') ? (['level_insufficient'] as const) : []),
  ]),
]

const refusalsOf = (operation: Operation): readonly RefusalCode[] => [
  ...new Set([...ownRefusals(operation), ...COMMON_REFUSALS, ...(operation.isWrite ? WRITE_REFUSALS : [])]),
]

export function openApi(version: string): Plain {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of OPERATIONS) {
    const place = `${BASE_PATH}${operation.path}`
    const item = paths[place] ?? {}
    item[operation.method.toLowerCase()] = describe(operation)
    paths[place] = item
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stemma',
      version,
      description:
        'System of record for trading accounts. Amounts are decimal text, instants are RFC 3339, ids show their kind. Unknown fields are refused.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(OPERATIONS.map(tagOf))].map((name) => ({ name })),
    paths: { ...paths, ...transports() },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key (`sk_…`) or an access token' },
      },
      schemas: { Problem: PROBLEM, DryRun: DRY_RUN },
      responses: refusedResponses(),
      headers: {
        RequestId: { description: 'The id under which the request is logged', schema: { type: 'string' } },
        Replayed: {
          description: '`true` where the stored answer of an earlier request is shown',
          schema: { type: 'string' },
        },
        ETag: { description: 'The version of the record', schema: { type: 'string' } },
      },
    },
  }
}

const tagOf = (operation: Operation): string => operation.name.slice(0, operation.name.indexOf('.'))

function describe(operation: Operation): Plain {
  const { properties = {}, required = [] } = jsonSchema(operation.input) as {
    properties?: Record<string, Plain>
    required?: string[]
  }
  const isInBody = operation.method !== 'GET' && operation.method !== 'DELETE'
  const bodyFields = isInBody
    ? Object.keys(properties).filter((field) => !operation.pathFields.includes(field))
    : []
  const example = operation.example.request as Plain
  const parameters = Object.entries(properties)
    .filter(([field]) => !bodyFields.includes(field))
    .map(([field, schema]) => ({
      name: field,
      in: operation.pathFields.includes(field) ? 'path' : 'query',
      required: required.includes(field),
      ...(isListOfObjects(schema) ? { content: { 'application/json': { schema } } } : { schema }),
      ...(field in example && !isListOfObjects(schema) ? { example: example[field] } : {}),
    }))
  return {
    operationId: operation.name,
    summary: operation.summary,
    description: [
      operation.description,
      operation.scope === null ? 'Needs no scope.' : `Needs the scope \`${operation.scope}\`.`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    tags: [tagOf(operation)],
    'x-scope': operation.scope,
    'x-kind': operation.kind,
    'x-refusals': refusalsOf(operation),
    parameters: [...parameters, ...headerParameters(operation)],
    ...(bodyFields.length === 0
      ? {}
      : {
          requestBody: {
            required: bodyFields.some((field) => required.includes(field)),
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: Object.fromEntries(bodyFields.map((field) => [field, properties[field]])),
                  required: bodyFields.filter((field) => required.includes(field)),
                  additionalProperties: false,
                },
                example: Object.fromEntries(
                  Object.entries(example).filter(([field]) => bodyFields.includes(field)),
                ),
              },
            },
          },
        }),
    responses: responsesOf(operation),
  }
}

/** Such a parameter is JSON; other lists have commas between their items. */
const isListOfObjects = ({ items }: Plain): boolean =>
  typeof items === 'object' && items !== null && 'type' in items && items.type === 'object'

function headerParameters(operation: Operation): Plain[] {
  const header = (name: string, description: string, schema: Plain) => ({
    name,
    in: 'header',
    description,
    schema,
  })
  const headers = [
    header('Stemma-Acting-User', 'For a credential of a party: the user of it who acts', { type: 'string' }),
    header('X-Request-Id', 'Your id of the request; echoed', { type: 'string', maxLength: 128 }),
  ]
  if (!operation.isWrite) return headers
  headers.push(
    header('Idempotency-Key', 'The same key with the same body is answered with the first answer', {
      type: 'string',
      minLength: 1,
      maxLength: 255,
    }),
    {
      name: 'dry_run',
      in: 'query',
      description: 'Say what would happen and change nothing',
      schema: { type: 'boolean' },
    } as never,
  )
  if (operation.ifMatch)
    headers.push(header('If-Match', 'The version that is changed, as the ETag shows it', { type: 'string' }))
  return headers
}

function responsesOf(operation: Operation): Plain {
  const content = (wire: Wire<unknown>, example: unknown) => ({
    'application/json': { schema: jsonSchema(wire), ...(example === undefined ? {} : { example }) },
  })
  const headers = {
    'X-Request-Id': { $ref: '#/components/headers/RequestId' },
    ...(operation.isWrite ? { 'Idempotency-Replayed': { $ref: '#/components/headers/Replayed' } } : {}),
  }
  const responses: Record<string, unknown> = {
    200: { description: 'Done', headers, content: content(operation.output, operation.example.response) },
  }
  if (operation.isWrite) {
    responses[202] = {
      description: 'Waits for a second person, by policy',
      headers,
      content: content(awaiting, undefined),
    }
    responses['200'] = {
      description: 'Done and durable; or, of a dry run, what would happen',
      headers,
      content: {
        'application/json': {
          schema: { anyOf: [jsonSchema(operation.output), { $ref: '#/components/schemas/DryRun' }] },
          example: operation.example.response,
        },
      },
    }
  }
  for (const code of refusalsOf(operation)) {
    const { status } = REFUSALS[code]
    responses[status] = { $ref: `#/components/responses/Refused${status}` }
  }
  return responses
}

/** One answer for each status, with the codes that it can carry; `x-refusals` says which of them an operation gives. */
function refusedResponses(): Plain {
  const statuses = [...new Set(Object.values(REFUSALS).map(({ status }) => status))].sort()
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = Object.entries(REFUSALS).filter(([, refusal]) => refusal.status === status)
      return [
        `Refused${status}`,
        {
          description: codes.map(([code, { title }]) => `\`${code}\`: ${title}`).join('; '),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]
    }),
  )
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'retryable', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Where the refusal is described' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(REFUSALS) },
    detail: { type: 'string' },
    field: { type: 'string', description: 'The field that it is about, as a JSON pointer' },
    retryable: { type: 'boolean', description: 'The same request can succeed later without being changed' },
    request_id: { type: 'string' },
    data: { type: 'object', additionalProperties: true },
  },
}

const DRY_RUN = {
  type: 'object',
  required: ['dry_run', 'outcome'],
  properties: {
    dry_run: { type: 'boolean', const: true },
    outcome: { type: 'string', enum: ['would_succeed', 'would_be_refused'] },
    result: { type: 'object', additionalProperties: true },
    problem: { $ref: '#/components/schemas/Problem' },
    events: { type: 'array', items: { type: 'object', additionalProperties: true } },
    executions: {
      type: 'array',
      description: 'The execution reports among the events, as `executions.list` shows them',
      items: { type: 'object', additionalProperties: true },
    },
  },
}
